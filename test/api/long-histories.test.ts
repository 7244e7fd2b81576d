import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import type { Leases } from '../../src/engines/database/leases.js';
import { EventBus } from '../../src/engines/events/event-bus.js';
import { BranchIndexer } from '../../src/notebooks/versions/branch-indexer.js';
import { remoteLimits } from '../../src/remotes/remote-limits.js';
import { syncRemote } from '../../src/remotes/sync-remote.js';
import { nativeGit } from '../engines/git/git-fixture.js';
import { randomHistory } from '../engines/git/random-history.js';
import { seededRandom } from '../engines/git/seeded-random.js';
import { openTestDatabase } from '../support/database.js';
import { makeRepository } from '../support/factories/make-repository.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { gitClient, gitUrl } from '../support/git-client.js';
import { openGitHttpServer } from '../support/git-http-server.js';
import { rowsRead } from '../support/rows-read.js';

let database: Database;
let at: TestGateway;
let gitdir: string;
beforeAll(async () => {
  database = await openTestDatabase();
  at = await openTestGateway({ database });
  gitdir = gitdirOf(demo.repositoryId);
});
afterAll(() => at.close());

const gitdirOf = (id: string) => join(at.dataDir, 'repositories', `${id}.git`);
const repositoryId: string = demo.repositoryId;
const git = (...args: string[]) => nativeGit(['--git-dir', gitdir, ...args]);
const setBranch = (branch: string, oid: string) => git('update-ref', `refs/heads/${branch}`, oid);
const indexer = (waitMs?: number, leases = database.leases): BranchIndexer =>
  new BranchIndexer({
    prisma: database.prisma,
    git: at.gateway.services.git,
    bus: new EventBus(),
    leases,
    rows: database.rows,
    log: pino({ level: 'silent' }),
    waitMs,
  });

/** What the index must contain, as native Git reports it. */
async function expectIndexed(branch: string, tip: string): Promise<void> {
  const repository = await at.gateway.services.git.repository(repositoryId);
  const where = { repositoryId, branch };
  const files = await database.prisma.branchFile.findMany({ where, orderBy: { path: 'asc' } });
  const expected = [];
  for (const { path, oid } of await repository.listFiles(tip)) {
    expected.push({ path, blobOid: oid, size: await repository.blobSize(oid) });
  }
  const byPath = (a: { path: string }, b: { path: string }) => (a.path < b.path ? -1 : 1);
  expect(files.map(({ path, blobOid, size }) => ({ path, blobOid, size })).sort(byPath)).toEqual(
    expected.sort(byPath),
  );
  const documents = files.flatMap(({ path, documentId }) => (path.endsWith('.ipynb') ? [documentId] : []));
  expect(documents).not.toContain(null);
  expect(new Set(documents).size).toBe(documents.length);

  const versions = await database.prisma.fileVersion.findMany({ where, orderBy: { position: 'asc' } });
  const expectedVersions: string[] = [];
  const times = new Map<string, number>();
  for await (const { commit, changes } of repository.history(null, tip)) {
    const before = commit.parents.map((parent) => times.get(parent)!);
    const time = Math.max(commit.committer.date.getTime(), ...before);
    times.set(commit.oid, time);
    for (const { path, oid } of changes)
      if (oid) expectedVersions.push(`${commit.oid} ${path} ${oid} ${time}`);
  }
  const indexed = versions.map(
    (one) => `${one.commitOid} ${one.path} ${one.blobOid} ${one.sortTime.getTime()}`,
  );
  expect(indexed.sort()).toEqual(expectedVersions.sort());
  for (const { path, lastCommitOid, blobOid, documentId } of files) {
    const version = versions.find((one) => one.commitOid === lastCommitOid && one.path === path);
    expect(version).toMatchObject({ blobOid, documentId });
  }
  const row = await database.prisma.branchIndex.findUnique({ where: { repositoryId_branch: where } });
  expect(row).toMatchObject({ tipOid: tip, targetOid: null });
}

describe('BranchIndexer', () => {
  it.each([21, 22])(
    'indexes a branch correctly after jumps to random commits, near and far (seed %i)',
    async (seed) => {
      const branch = `random-jumps-${seed}`;
      const commits = randomHistory(gitdir, { seed, commits: 320 });
      const random = seededRandom(seed);
      const one = indexer();
      setBranch(branch, commits.at(-1)!);
      expect(await one.ensure(repositoryId, branch)).toBe(commits.at(-1));
      await expectIndexed(branch, commits.at(-1)!);
      let position = 319;
      for (let jump = 0; jump < 14; jump++) {
        position = random(3) === 0 ? random(320) : Math.max(0, Math.min(319, position + random(20) - 10));
        setBranch(branch, commits[position]!);
        expect(await one.ensure(repositoryId, branch)).toBe(commits[position]);
        await expectIndexed(branch, commits[position]!);
      }
    },
    120_000,
  );

  it('resumes after a stop, and is not read before it is complete', async () => {
    const branch = 'stopped';
    const tip = linearHistory(branch, 3_000);
    const stops: number[] = [];
    for (let round = 0; round < 4; round++) {
      const one = indexer();
      const importing = one.ensure(repositoryId, branch).catch(() => 'stopped');
      await expect
        .poll(async () => (await row(branch))?.importedCommits ?? 0, { interval: 5, timeout: 20_000 })
        .toBeGreaterThan(stops.at(-1) ?? 0);
      await one.close();
      expect(await importing).toBe('stopped');
      const { importedCommits, targetOid, tipOid } = (await row(branch))!;
      expect({ targetOid, tipOid }).toEqual({ targetOid: tip, tipOid: '' });
      stops.push(importedCommits);
    }
    expect(stops).toEqual([...stops].sort((a, b) => a - b));
    expect(await indexer().ensure(repositoryId, branch)).toBe(tip);
    await expectIndexed(branch, tip);
  }, 120_000);

  it('refuses reads that wait too long and saves before they write, and does not affect other branches', async () => {
    const branch = 'slow';
    const tip = linearHistory(branch, 3_000);
    const hasty = indexer(50);
    await expect(hasty.ensure(repositoryId, branch)).rejects.toMatchObject({
      code: 'storage_unavailable',
      retryAfterSeconds: 10,
      message: expect.stringContaining('being indexed'),
    });
    await expect(hasty.ready(repositoryId, branch)).rejects.toMatchObject({ code: 'storage_unavailable' });
    // A caller that only moved the branch gets no error for the wait, but every other one.
    await hasty.bringUp(repositoryId, [branch, 'behind-it']);
    await expect.poll(async () => (await row(branch))?.targetOid, { interval: 5 }).toBe(tip);
    await expect(hasty.ensure(repositoryId, branch)).rejects.toMatchObject({
      message: expect.stringMatching(/being indexed, \d+ commits so far/),
    });
    await expect(hasty.bringUp(repositoryId, ['not-there'])).rejects.toMatchObject({ code: 'not_found' });
    const saved = await at.rest('PUT', `/workspaces/${demo.workspaceId}/authoring-file`, {
      body: { path: 'README.md', content: `meanwhile ${Math.random()}` },
    });
    expect(saved.status).toBe(200);
    // Two processes at the same time: one imports, the other waits for it.
    const [a, b] = await Promise.all(
      [hasty, indexer()].map((one) => retry(() => one.ensure(repositoryId, branch))),
    );
    expect([a, b]).toEqual([tip, tip]);
    await expectIndexed(branch, tip);
  }, 120_000);

  it('of a branch that was pushed behind one that takes long follows in the background', async () => {
    const tips = [linearHistory('long', 3_000), linearHistory('behind-long', 10)];
    const hasty = indexer(50);
    await hasty.bringUp(repositoryId, ['long', 'behind-long']);
    const reached = async () => [(await row('long'))?.tipOid, (await row('behind-long'))?.tipOid];
    expect(await reached()).not.toEqual(tips);
    await expect.poll(reached, { timeout: 20_000 }).toEqual(tips);
    await expectIndexed('behind-long', tips[1]!);
  }, 60_000);

  it('that another process imports delays saves on that branch only, before they write', async () => {
    const branch = 'elsewhere';
    const tip = linearHistory(branch, 150);
    const lease = (await database.leases.tryTake(`index:${repositoryId}:${branch}`))!;
    const save = (to: string) =>
      at.rest('PUT', `/workspaces/${demo.workspaceId}/authoring-file`, {
        body: { path: 'README.md', branch: to, content: `for ${to}` },
      });
    setBranch('small', git('rev-parse', 'main'));
    const heldToo = (await database.leases.tryTake(`index:${repositoryId}:pushed`))!;
    const pushing = pushLong('pushed');
    const waiting = save(branch);
    expect((await save('small')).status).toBe(200);
    expect((await save('main')).status).toBe(200);
    const answer = await waiting;
    expect(answer.status).toBe(503);
    expect(answer.body).toMatchObject({
      code: 'storage_unavailable',
      detail: expect.stringContaining('being indexed'),
    });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(git('rev-parse', branch)).toBe(tip);
    // The push itself succeeded, and its client gets that answer.
    const pushed = await pushing;
    expect(pushed).toMatchObject({ code: 0, oid: git('rev-parse', 'pushed') });
    expect((await row('pushed'))?.tipOid ?? '').not.toBe(pushed.oid);
    await heldToo.release();
    await lease.release();
    await at.rest('GET', `/workspaces/${demo.workspaceId}/files?ref=${branch}`);
    await expectIndexed(branch, tip);
  }, 60_000);

  it('does not delay the sync of a remote, which succeeds when Git has the commits', async () => {
    const remote = await openGitHttpServer();
    try {
      const { id } = await makeRepository(at);
      const hasty = indexer(50);
      const sync = (isFirst: boolean) =>
        syncRemote(
          {
            prisma: database.prisma,
            git: at.gateway.services.git,
            indexer: hasty,
            limits: remoteLimits,
          },
          {
            repositoryId: id,
            access: { url: remote.url, pinned: null, credentials: null },
            push: false,
            isFirst,
            signal: new AbortController().signal,
            onMove() {},
            async confirm() {},
          },
        );
      const mainOf = () => nativeGit(['--git-dir', gitdirOf(id), 'rev-parse', 'main']);
      const lease = (await database.leases.tryTake(`index:${id}:main`))!;
      for (const commits of [150, 300]) {
        const tip = linearHistory('main', commits, remote.gitdir);
        expect(await sync(commits === 150)).toEqual([]);
        expect(mainOf()).toBe(tip);
        const where = { repositoryId: id, branch: 'main', tipOid: tip };
        expect(await database.prisma.branchIndex.count({ where })).toBe(0);
      }
      await lease.release();
      expect(await retry(() => hasty.ensure(id, 'main'))).toBe(mainOf());
      expect(await database.prisma.fileVersion.count({ where: { repositoryId: id, branch: 'main' } })).toBe(
        300,
      );
    } finally {
      await remote.close();
    }
  }, 60_000);

  it('of two branches is updated while the default branch changes from one to the other', async () => {
    const made = await at.graphql(
      'mutation { createRepository(spaceSlug: "demo", input: {name: "changing", kind: project}) { id } }',
    );
    const { id } = made.data.createRepository;
    nativeGit(['--git-dir', gitdirOf(id), 'update-ref', '-d', 'refs/heads/main']);
    const tips = ['main', 'next'].map((branch) => linearHistory(branch, 150, gitdirOf(id)));
    const lease = (await database.leases.tryTake(`index:${id}:main`))!;
    const asked = new Set<string>();
    const leases: Leases = {
      isHeld: (name) => database.leases.isHeld(name),
      close: () => database.leases.close(),
      tryTake(name) {
        asked.add(name);
        return database.leases.tryTake(name);
      },
    };
    const one = indexer(undefined, leases);
    const both = Promise.all(['next', 'main'].map((branch) => one.ensure(id, branch)));
    // Both wait for the default branch, which waits for the lease.
    await expect.poll(() => asked.has(`index:${id}:main`)).toBe(true);
    await database.prisma.repository.update({ where: { id }, data: { defaultBranch: 'next' } });
    await lease.release();
    expect(await both).toEqual(tips.toReversed());
    const where = { repositoryId: id };
    expect(await database.prisma.fileVersion.count({ where })).toBe(300);
  }, 60_000);

  it('is not read as a whole for each step of an import, or of a removal after a force push', async () => {
    const branch = 'growing';
    const commits = 4_000;
    const addEach20th = (n: number) => `n/${n % 20 === 0 ? n : 0}.ipynb`;
    const tip = linearHistory(branch, commits, gitdir, addEach20th);
    const before = await versionsRead();
    expect(await indexer().ensure(repositoryId, branch)).toBe(tip);
    expect((await versionsRead()) - before).toBeLessThan(commits);

    const kept = git('rev-parse', `${branch}~${commits - 200}`);
    setBranch(branch, kept);
    const imported = await versionsRead();
    expect(await indexer().ensure(repositoryId, branch)).toBe(kept);
    expect((await versionsRead()) - imported).toBeLessThan(3 * commits);
    await expectIndexed(branch, kept);
  }, 60_000);

  it('that begins with many files is imported in a time that grows with their number only', async () => {
    const branch = 'wide';
    const files = 5_000;
    const tip = wideCommit(branch, files);
    const before = await rowsRead(database.prisma, 'BranchFile');
    expect(await indexer().ensure(repositoryId, branch)).toBe(tip);
    expect((await rowsRead(database.prisma, 'BranchFile')) - before).toBeLessThan(10 * files);
    const ids = await database.prisma.branchFile.groupBy({
      by: ['documentId'],
      where: { repositoryId, branch },
    });
    expect(ids).toHaveLength(files);
  }, 60_000);

  it('is rebuilt with the same notebook ids when its commit no longer exists', async () => {
    const branch = 'lost';
    const tip = linearHistory(branch, 150);
    await indexer().ensure(repositoryId, branch);
    const before = await database.prisma.branchFile.findMany({ where: { repositoryId, branch } });
    await database.prisma.branchIndex.update({
      where: { repositoryId_branch: { repositoryId, branch } },
      data: { tipOid: '4'.repeat(40) },
    });
    expect(await indexer().ensure(repositoryId, branch)).toBe(tip);
    await expectIndexed(branch, tip);
    expect(await database.prisma.branchFile.findMany({ where: { repositoryId, branch } })).toEqual(
      expect.arrayContaining(before),
    );
  }, 60_000);
});

const row = (branch: string) =>
  database.prisma.branchIndex.findUnique({ where: { repositoryId_branch: { repositoryId, branch } } });

/** Pushes a long history from outside. */
async function pushLong(branch: string): Promise<{ code: number; err: string; oid: string }> {
  const client = await gitClient();
  try {
    await client.ok('init', '-q', '--bare', 'outside.git');
    const oid = linearHistory(branch, 150, join(client.folder, 'outside.git'));
    const { code, err } = await client.git('-C', 'outside.git', 'push', gitUrl(at.url, at.token), branch);
    return { code, err, oid };
  } finally {
    await client.remove();
  }
}

async function retry<T>(act: () => Promise<T>): Promise<T> {
  for (let left = 600; ; left--) {
    try {
      return await act();
    } catch (error) {
      if (left === 0) throw error;
      await sleep(50);
    }
  }
}

/** How many rows of versions the database has read since its start. */
const versionsRead = () => rowsRead(database.prisma, 'FileVersion');

/** A branch of one commit that adds so many notebooks. */
function wideCommit(branch: string, files: number): string {
  const lines = [`commit refs/heads/${branch}\ncommitter O <o@x> 1700000000 +0000\ndata 1\nm\n`];
  for (let n = 0; n < files; n++) {
    const text = `${branch} ${n}`;
    lines.push(`M 100644 inline wide/${n}.ipynb\ndata ${text.length}\n${text}\n`);
  }
  nativeGit(['--git-dir', gitdir, 'fast-import', '--quiet'], { input: lines.join('') });
  return nativeGit(['--git-dir', gitdir, 'rev-parse', `refs/heads/${branch}`]);
}

/** A branch of so many commits, each of which changes one notebook, by default one of 20. */
function linearHistory(
  branch: string,
  commits: number,
  into = gitdir,
  pathOf = (n: number) => `n/${n % 20}.ipynb`,
): string {
  const lines: string[] = [];
  for (let n = 0; n < commits; n++) {
    const text = `${branch} ${n}`;
    lines.push(`commit refs/heads/${branch}\ncommitter O <o@x> ${1_700_000_000 + n} +0000\ndata 1\nm\n`);
    lines.push(`M 100644 inline ${pathOf(n)}\ndata ${text.length}\n${text}\n`);
  }
  nativeGit(['--git-dir', into, 'fast-import', '--quiet'], { input: lines.join('') });
  return nativeGit(['--git-dir', into, 'rev-parse', `refs/heads/${branch}`]);
}
