import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let client: GitClient;
let repositoryId: string;
beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
  const made = await on.mutate(
    'createRepository(spaceSlug: "demo", input: {name: "rules", kind: analysis}) { id }',
  );
  repositoryId = made.id;
  for (const [name, token] of [
    ['mine', on.editor.token],
    ['admins', on.admin.token],
  ] as const) {
    await client.ok('clone', '-q', gitUrl(on.at.url, token, 'demo/rules'), name);
  }
});
afterEach(() => {
  onDisk('fsck', '--full', '--strict', '--no-dangling');
});
afterAll(async () => {
  await on.at.close();
  await client.remove();
});

const onDisk = (...args: string[]) =>
  execFileSync('git', ['--git-dir', join(on.at.dataDir, 'repositories', `${repositoryId}.git`), ...args], {
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim();
const refs = () =>
  onDisk('for-each-ref', '--format=%(refname) %(objectname)', 'refs/heads', 'refs/tags').split('\n');
const replaced = () => onDisk('for-each-ref', '--format=%(refname)', 'refs/gateway').split('\n');
const push = (...args: string[]) => client.git('-C', 'mine', 'push', 'origin', ...args);
const head = (name = 'mine') => client.ok('-C', name, 'rev-parse', 'HEAD');
const allow = (value: boolean) =>
  on.mutate(
    `updateRepository(spaceSlug: "demo", id: "${repositoryId}", input: {allowNonFastForward: ${value}}) { allowNonFastForward }`,
  );
const protect = (branch: string, value: boolean) =>
  on.mutate(
    `setBranchProtection(spaceSlug: "demo", repositoryId: "${repositoryId}", branch: "${branch}", protected: ${value}) { id }`,
  );

describe('branches', () => {
  it('are created and deleted, and the commits of a deleted one are kept', async () => {
    const oid = await client.commit('mine', 'a.txt', 'a');
    expect((await push('HEAD:refs/heads/topic/one')).code).toBe(0);
    expect(refs()).toContain(`refs/heads/topic/one ${oid}`);
    const files = await on.at.rest('GET', `/repositories/${repositoryId}/files?ref=topic/one`);
    expect(files.status).toBe(200);
    const { prisma } = on.at.gateway.services;
    expect(await prisma.branchIndex.count({ where: { repositoryId, branch: 'topic/one' } })).toBe(1);
    expect((await push(':topic/one')).code).toBe(0);
    expect(refs().join()).not.toContain('topic');
    expect(replaced()).toContain(`refs/gateway/replaced/topic/one/${oid}`);
    expect(await prisma.branchIndex.count({ where: { repositoryId, branch: 'topic/one' } })).toBe(0);
    expect((await push('HEAD:refs/heads/topic')).code).toBe(0);
  });

  it('need names that the API accepts, and that do not conflict with each other', async () => {
    const oid = await head();
    for (const ref of [
      `refs/heads/${'1'.repeat(40)}`,
      `refs/heads/${'x'.repeat(201)}`,
      'refs/notes/x',
      'refs/x',
    ]) {
      const { err } = await push(`${oid}:${ref}`);
      expect([ref, err]).toEqual([ref, expect.stringContaining('only branches and tags with valid names')]);
    }
    const clash = await push('HEAD:refs/heads/topic/below');
    expect(clash.err).toContain(
      '! [remote rejected] HEAD -> topic/below (another ref exists whose name conflicts with this one)',
    );
  });

  it('and tags must lead to commits', async () => {
    const tree = await client.ok('-C', 'mine', 'rev-parse', 'HEAD^{tree}');
    await client.ok('-C', 'mine', 'tag', 'tree', tree);
    expect((await push('tree')).err).toContain('a tag must lead to a commit');
  });

  it('are not deleted while they are the default branch', async () => {
    const { err } = await client.git('-C', 'admins', 'push', 'origin', ':main');
    expect(err).toContain('! [remote rejected] main (the default branch cannot be deleted)');
  });

  it('that are protected accept pushes from space admins only', async () => {
    await protect('main', true);
    await client.commit('mine', 'b.txt', 'b');
    const refused = await push('HEAD:main');
    expect(refused.err).toContain(
      '! [remote rejected] HEAD -> main (protected branch; only space admins push to it)',
    );
    const oid = await client.commit('admins', 'c.txt', 'c');
    expect((await client.git('-C', 'admins', 'push')).code).toBe(0);
    expect(refs()).toContain(`refs/heads/main ${oid}`);
    await protect('main', false);
  });

  it('do not move when their client has not fetched the tip', async () => {
    await client.ok('-C', 'mine', 'fetch', '-q');
    await client.ok('-C', 'mine', 'reset', '-q', '--hard', 'origin/main');
    await client.commit('admins', 'first.txt', '1');
    await client.ok('-C', 'admins', 'push', '-q');
    await client.commit('mine', 'second.txt', '2');
    expect((await push('main')).err).toContain('(fetch first)');
    await client.ok('-C', 'mine', 'pull', '-q', '--rebase');
    expect((await push('main')).code).toBe(0);
  });
});

describe('forced pushes', () => {
  it('are refused unless the repository allows them, and the replaced commits are kept', async () => {
    await client.ok('-C', 'mine', 'checkout', '-q', '-B', 'rewritten');
    const old = await client.commit('mine', 'r.txt', 'old');
    expect((await push('rewritten')).code).toBe(0);
    await client.ok('-C', 'mine', 'reset', '-q', '--hard', 'HEAD^');
    const forced = await client.commit('mine', 'r.txt', 'new');
    const refused = await push('--force', 'rewritten');
    expect(refused.err).toContain('(non-fast-forward; this repository does not allow it)');
    expect(refs()).toContain(`refs/heads/rewritten ${old}`);
    expect(await allow(true)).toEqual({ allowNonFastForward: true });
    expect((await push('--force', 'rewritten')).code).toBe(0);
    expect(refs()).toContain(`refs/heads/rewritten ${forced}`);
    expect(replaced()).toContain(`refs/gateway/replaced/rewritten/${old}`);
    const kept = await (await on.at.gateway.services.git.repository(repositoryId)).readFile(old, 'r.txt');
    expect(kept?.bytes.toString()).toBe('old');
    await allow(false);
  });

  it('move tags only in repositories that allow it', async () => {
    await client.ok('-C', 'mine', 'tag', '-a', '-m', 'one', 'v1');
    const first = await client.ok('-C', 'mine', 'rev-parse', 'v1');
    expect((await push('v1')).code).toBe(0);
    await client.commit('mine', 'tagged.txt', 'x');
    await client.ok('-C', 'mine', 'tag', '-f', '-a', '-m', 'two', 'v1');
    expect((await push('--force', 'v1')).err).toContain('(this repository does not allow moving tags)');
    expect(refs()).toContain(`refs/tags/v1 ${first}`);
    await allow(true);
    expect((await push('--force', 'v1')).code).toBe(0);
    expect(replaced()).toContain(`refs/gateway/replaced/v1/${first}`);
    expect((await push(':v1')).code).toBe(0);
    expect(refs().join()).not.toContain('v1');
    await allow(false);
  });
});

describe('an atomic push', () => {
  it('moves all its refs or none', async () => {
    const before = refs();
    await protect('main', true);
    const refused = await push('--atomic', 'HEAD:refs/heads/new', 'HEAD:refs/heads/newer', '+HEAD:main');
    expect(refused.err).toContain('(protected branch; only space admins push to it)');
    expect(refused.err).toContain('(atomic push failed: another ref was refused)');
    expect(refs()).toEqual(before);
    const apart = await push('HEAD:refs/heads/new', '+HEAD:main');
    expect(apart.code).not.toBe(0);
    expect(refs().length).toBe(before.length + 1);
    await protect('main', false);
    expect((await push('--atomic', 'HEAD:refs/heads/newest', ':new')).code).toBe(0);
    expect(refs().length).toBe(before.length + 1);
  });
});

describe('a push of many refs', () => {
  it('moves hundreds of refs, and is refused above a thousand', async () => {
    const oid = await head();
    const names = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, n) => `${oid}:refs/tags/${prefix}-${n}`);
    expect((await push('-q', ...names(200, 'few'))).code).toBe(0);
    expect(refs().filter((ref) => ref.includes('refs/tags/few-')).length).toBe(200);
    const refused = await push('-q', ...names(1001, 'many'));
    expect(refused.err).toContain('(a push may move at most 1000 refs; push in parts)');
    expect(refused.err).not.toContain('failed to report status');
    expect(refs().join()).not.toContain('many-');
  });
});

describe('pushes of twenty clients', () => {
  it('succeed at the same time, each on its own branch', async () => {
    const clones = Array.from({ length: 20 }, (_, n) => `client-${n}`);
    for (const name of clones)
      await client.ok('clone', '-q', gitUrl(on.at.url, on.editor.token, 'demo/rules'), name);
    const oids = await Promise.all(clones.map((name) => client.commit(name, `${name}.txt`, name)));
    const pushes = await Promise.all(
      clones.map((name) => client.git('-C', name, 'push', '-q', 'origin', `HEAD:refs/heads/at-once/${name}`)),
    );
    expect(pushes.filter(({ code }) => code !== 0)).toEqual([]);
    for (const [n, name] of clones.entries())
      expect(refs()).toContain(`refs/heads/at-once/${name} ${oids[n]}`);
  }, 120_000);
});

it('a push is indexed as versions and published to subscribers', async () => {
  await client.ok('-C', 'mine', 'checkout', '-q', 'main');
  await client.ok('-C', 'mine', 'pull', '-q', '--rebase');
  const seen: unknown[] = [];
  const off = on.at.gateway.services.bus.subscribe('commit', repositoryId, (event) => seen.push(event));
  const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const oid = await client.commit('mine', 'pushed.ipynb', `${JSON.stringify(notebook)}\n`);
  expect((await push('main')).code).toBe(0);
  off();
  expect(seen).toEqual([{ repositoryId, branch: 'main', commitOid: oid }]);
  const { prisma } = on.at.gateway.services;
  expect(await prisma.fileVersion.findMany({ where: { repositoryId, path: 'pushed.ipynb' } })).toMatchObject([
    { commitOid: oid, branch: 'main' },
  ]);
});
