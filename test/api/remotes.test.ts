import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { nativeGit } from '../git/git-fixture.js';
import { type GitHttpServer, openGitHttpServer } from '../support/git-http-server.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';
import { readEvents } from '../support/sse.js';

// Each waits for processes of git and for a server of theirs.
vi.setConfig({ testTimeout: 60_000 });

const selection = `url username hasSecret fetchIntervalSeconds pushAfterSave syncStatus lastError
  conflicts { branch ahead behind } lastAttemptAt lastSyncedAt`;

let platform: TestPlatform;
let remote: GitHttpServer;
let made = 0;
beforeAll(async () => {
  platform = await openTestPlatform({ REMOTE_ALLOWED_HOSTS: '127.0.0.1' });
});
afterAll(() => platform.at.close());
beforeEach(async () => {
  remote = await openGitHttpServer();
});
afterEach(() => remote.close());

const gitdirOf = (id: string) => join(platform.at.dataDir, 'repositories', `${id}.git`);
const git = (id: string, ...args: string[]) => nativeGit(['--git-dir', gitdirOf(id), ...args]);
const tip = (id: string, branch = 'main') =>
  git(id, 'for-each-ref', '--format=%(objectname)', `refs/heads/${branch}`) || null;
const state = (id: string) =>
  platform
    .space(`repository(id: "${id}") { defaultBranch remote { ${selection} } }`)
    .then((space) => space.repository.remote);
const sync = (id: string) =>
  platform.mutate(`syncRepository(spaceSlug: "demo", repositoryId: "${id}") { ${selection} }`);

/** Waits until nothing is pending. */
async function settled(id: string): Promise<any> {
  await expect.poll(async () => (await state(id)).syncStatus, { timeout: 40_000 }).not.toBe('pending');
  return state(id);
}

/** Makes a repository that mirrors, and waits for the first sync. */
async function mirror(options = ''): Promise<string> {
  const { id } = await platform.mutate(
    `createRepository(spaceSlug: "demo", input: {name: "mirror-${++made}", kind: project,
      remote: {url: "${remote.url}" ${options}}}) { id }`,
  );
  await settled(id);
  return id;
}

async function save(id: string, path: string, content: string): Promise<void> {
  const workspace = await platform.mutate(
    `createWorkspace(spaceSlug: "demo", input: {name: "w", defaultRepositoryId: "${id}"}) { id }`,
  );
  const saved = await platform.at.rest('POST', `/workspaces/${workspace.id}/authoring-files`, {
    body: { path, content },
  });
  expect(saved.status).toBe(201);
}

describe('a repository made with a remote', () => {
  it('takes over its branches, tags and default branch, and shows its history', async () => {
    await remote.close();
    remote = await openGitHttpServer({ defaultBranch: 'trunk' });
    remote.commit({ 'notes.md': 'one' });
    const trunk = remote.commit({ 'notes.md': 'two' });
    const side = remote.commit({ 'side.md': 'three' }, 'feature/side');
    remote.git('tag', 'v1', trunk);
    remote.git('push', '--quiet', 'origin', 'v1');
    const id = await mirror();
    expect(await state(id)).toMatchObject({ syncStatus: 'synced', lastError: null, hasSecret: false });
    const { repository } = await platform.space(
      `repository(id: "${id}") { defaultBranch branches { name commitSha } }`,
    );
    expect(repository).toEqual({
      defaultBranch: 'trunk',
      branches: [
        { name: 'feature/side', commitSha: side },
        { name: 'trunk', commitSha: trunk },
      ],
    });
    expect(git(id, 'rev-parse', 'HEAD', 'v1^{commit}').split('\n')).toEqual([trunk, trunk]);
    git(id, 'fsck', '--strict', '--full', '--no-dangling');
    const { prisma } = platform.at.gateway.services;
    const where = { repositoryId: id, branch: 'trunk', path: 'notes.md' };
    expect(await prisma.fileVersion.count({ where })).toBe(2);
  });

  it('keeps its first commit while the remote is empty, and pushes it where it shall', async () => {
    const id = await mirror('pushAfterSave: true');
    expect(await state(id)).toMatchObject({ syncStatus: 'synced' });
    expect(tip(id)).not.toBeNull();
    expect(remote.tip('main')).toBe(tip(id));
  });

  it('is there at once when the remote is not, says why, and is taken up when asked', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.mood = 'failing';
    const id = await mirror();
    expect(await state(id)).toMatchObject({
      syncStatus: 'error',
      lastError: 'The remote answered with an error of its own.',
      lastSyncedAt: null,
    });
    expect(tip(id)).not.toBeNull();
    remote.mood = 'well';
    expect(await sync(id)).toMatchObject({ syncStatus: 'pending' });
    expect(await settled(id)).toMatchObject({ syncStatus: 'synced', lastError: null });
    expect(tip(id)).toBe(remote.tip('main'));
  });
});

describe('the first sync', () => {
  it('takes the place of no work: what was saved before it stays, and is told as a conflict', async () => {
    const there = remote.commit({ 'a.md': 'a' });
    remote.mood = 'failing';
    const id = await mirror('pushAfterSave: true');
    await save(id, 'mine.md', 'mine');
    const mine = tip(id);
    remote.mood = 'well';
    await sync(id);
    await expect.poll(async () => (await state(id)).syncStatus, { timeout: 40_000 }).toBe('conflicted');
    expect((await state(id)).conflicts).toEqual([{ branch: 'main', ahead: 2, behind: 1 }]);
    expect([tip(id), remote.tip('main')]).toEqual([mine, there]);
  });

  it('takes workspaces along to the default branch that the remote has', async () => {
    await remote.close();
    remote = await openGitHttpServer({ defaultBranch: 'trunk' });
    const trunk = remote.commit({ 'a.md': 'a' });
    remote.mood = 'failing';
    const id = await mirror('pushAfterSave: true');
    const workspace = await platform.mutate(
      `createWorkspace(spaceSlug: "demo", input: {name: "early", defaultRepositoryId: "${id}"}) { id }`,
    );
    remote.mood = 'well';
    await sync(id);
    expect(await settled(id)).toMatchObject({ syncStatus: 'synced' });
    expect([tip(id), tip(id, 'trunk'), remote.tip('main')]).toEqual([null, trunk, null]);
    const file = await platform.at.rest('GET', `/workspaces/${workspace.id}/authoring-file?path=a.md`);
    expect(file).toMatchObject({ status: 200, body: { content: 'a' } });
  });

  it('of a repository that has work fast-forwards it, and pushes to a remote that lacks it', async () => {
    const { id } = await platform.mutate(
      `createRepository(spaceSlug: "demo", input: {name: "later-${++made}", kind: project}) { id }`,
    );
    await save(id, 'mine.md', 'mine');
    const set = (push: boolean) =>
      platform.mutate(
        `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${id}",
          input: {url: "${remote.url}", pushAfterSave: ${push}}) { syncStatus }`,
      );
    expect(await set(true)).toEqual({ syncStatus: 'pending' });
    expect(await settled(id)).toMatchObject({ syncStatus: 'synced' });
    expect(remote.tip('main')).toBe(tip(id));
    await set(false);
    const next = remote.commit({ 'b.md': 'b' });
    await sync(id);
    await expect.poll(() => tip(id), { timeout: 40_000 }).toBe(next);
  });
});

describe('a sync', () => {
  it('moves branches on, leaves deleted ones, and tells who watches the remote', async () => {
    remote.commit({ 'a.md': 'a' });
    const gone = remote.commit({ 'b.md': 'b' }, 'gone');
    const id = await mirror();
    const { at } = platform;
    const subscribe = (query: string) =>
      fetch(`${at.url}/graphql`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${at.token}`,
          'content-type': 'application/json',
          accept: 'text/event-stream',
        },
        body: JSON.stringify({ query: `subscription { ${query} }` }),
      });
    const changes = await subscribe(
      `repositoryRemoteChanged(spaceSlug: "demo", repositoryId: "${id}") { syncStatus }`,
    );
    const seen = readEvents(
      changes,
      ({ data }) => data?.data?.repositoryRemoteChanged?.syncStatus === 'synced',
    );
    const next = remote.commit({ 'a.md': 'aa' });
    remote.git('push', '--quiet', 'origin', ':gone');
    await sync(id);
    const told = (await seen).filter(({ event }) => event === 'next');
    expect(told.at(-1)!.data.data.repositoryRemoteChanged).toEqual({ syncStatus: 'synced' });
    expect(tip(id)).toBe(next);
    expect(tip(id, 'gone')).toBe(gone);
    const index = await at.gateway.services.prisma.branchIndex.findUniqueOrThrow({
      where: { repositoryId_branch: { repositoryId: id, branch: 'main' } },
    });
    expect(index.tipOid).toBe(next);
  });

  it('of a branch that is ahead changes nothing, and of one that went two ways neither, while others move', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'o.md': 'o' }, 'other');
    const id = await mirror();
    await save(id, 'here.md', 'here');
    const here = tip(id);
    await sync(id);
    expect(await settled(id)).toMatchObject({ syncStatus: 'synced', conflicts: [] });
    expect(tip(id)).toBe(here);

    remote.commit({ 'a.md': 'there' });
    const there = remote.commit({ 'a.md': 'there 2' });
    const other = remote.commit({ 'o.md': 'oo' }, 'other');
    await sync(id);
    expect(await settled(id)).toMatchObject({
      syncStatus: 'conflicted',
      lastError: 'Branches went different ways here and on the remote; merge them and sync again.',
      conflicts: [{ branch: 'main', ahead: 1, behind: 2 }],
    });
    expect([tip(id), tip(id, 'other'), remote.tip('main')]).toEqual([here, other, there]);
  });

  it('of a branch that the remote rewrote leaves it as it is, and keeps both', async () => {
    remote.commit({ 'a.md': 'a' });
    const before = remote.commit({ 'a.md': 'b' });
    const id = await mirror('pushAfterSave: true');
    remote.git('checkout', '--quiet', 'main');
    remote.git('reset', '--quiet', '--hard', 'HEAD~1');
    remote.git('commit', '--quiet', '--allow-empty', '--message', 'Rewritten');
    remote.git('push', '--quiet', '--force', 'origin', 'main');
    const rewritten = remote.git('rev-parse', 'HEAD');
    await sync(id);
    expect(await settled(id)).toMatchObject({
      syncStatus: 'conflicted',
      conflicts: [{ branch: 'main', ahead: 1, behind: 1 }],
    });
    expect([tip(id), remote.tip('main')]).toEqual([before, rewritten]);
    expect(git(id, 'rev-parse', 'refs/gateway/remote/heads/main')).toBe(rewritten);
    git(id, 'fsck', '--strict', '--full');
  });

  it('copes with names that exclude each other', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'x.md': 'x' }, 'x');
    const id = await mirror();
    remote.git('push', '--quiet', 'origin', ':x');
    remote.git('checkout', '--quiet', '--detach');
    remote.git('branch', '--quiet', '-D', 'x');
    const below = remote.commit({ 'x.md': 'xx' }, 'x/y');
    const other = remote.commit({ 'o.md': 'o' }, 'o');
    await sync(id);
    expect(await settled(id)).toMatchObject({
      syncStatus: 'conflicted',
      conflicts: [{ branch: 'x/y', ahead: null, behind: null }],
    });
    expect(tip(id, 'o')).toBe(other);
    await platform.mutate(`deleteBranch(spaceSlug: "demo", repositoryId: "${id}", name: "x")`);
    await sync(id);
    expect(await settled(id)).toMatchObject({ syncStatus: 'synced', conflicts: [] });
    expect(tip(id, 'x/y')).toBe(below);
  });

  it('happens by itself on a schedule', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror('fetchIntervalSeconds: 60');
    const { prisma } = platform.at.gateway.services;
    const where = { repositoryId: id };
    const { nextSyncAt, lastSyncedAt } = await prisma.repositoryRemote.findUniqueOrThrow({ where });
    const seconds = (nextSyncAt!.getTime() - lastSyncedAt!.getTime()) / 1000;
    expect(seconds).toBeGreaterThanOrEqual(54);
    expect(seconds).toBeLessThanOrEqual(66);
    const next = remote.commit({ 'a.md': 'b' });
    await prisma.repositoryRemote.update({ where, data: { nextSyncAt: new Date() } });
    await expect.poll(() => tip(id), { timeout: 40_000 }).toBe(next);
  });
});

describe('pushing after saves', () => {
  it('takes a burst of saves together, also to a new branch, and pushes nothing where it is off', async () => {
    remote.commit({ 'a.md': 'a' });
    const [on, off] = [await mirror('pushAfterSave: true'), await mirror()];
    await platform.mutate(`createBranch(spaceSlug: "demo", repositoryId: "${on}", name: "draft") { name }`);
    const pushes = () => remote.requests.filter(({ url }) => url.endsWith('/git-receive-pack')).length;
    await Promise.all([1, 2, 3, 4].map((i) => save(on, `${i}.md`, 'x')));
    await expect.poll(() => remote.tip('main'), { timeout: 40_000 }).toBe(tip(on));
    expect(pushes()).toBeLessThan(4);
    expect(remote.tip('draft')).toBe(tip(on, 'draft'));
    expect(await settled(on)).toMatchObject({ syncStatus: 'synced' });

    const before = remote.tip('main');
    await save(off, 'off.md', 'x');
    await sync(off);
    await settled(off);
    expect(remote.tip('main')).toBe(before);
  });

  it('never overwrites the remote, and keeps what a deleted branch still has here', async () => {
    remote.commit({ 'a.md': 'a' });
    remote.commit({ 'g.md': 'g' }, 'gone');
    const id = await mirror('pushAfterSave: true');
    remote.git('push', '--quiet', 'origin', ':gone');
    const there = remote.commit({ 'a.md': 'there' });
    await save(id, 'here.md', 'here');
    const here = tip(id);
    await expect.poll(async () => (await state(id)).syncStatus, { timeout: 40_000 }).toBe('conflicted');
    expect([tip(id), remote.tip('main')]).toEqual([here, there]);
    expect([remote.tip('gone'), tip(id, 'gone')]).toEqual([null, expect.any(String)]);
  });

  it('that the remote refuses is told', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror('pushAfterSave: true');
    nativeGit(['--git-dir', remote.gitdir, 'config', 'receive.fsckObjects', 'true']);
    nativeGit(['--git-dir', remote.gitdir, 'config', 'receive.maxInputSize', '1']);
    await save(id, 'b.md', 'b');
    await expect
      .poll(async () => (await state(id)).lastError, { timeout: 40_000 })
      .toBe('The remote refused what was pushed.');
  });
});

describe('credentials', () => {
  const secret = 'S3cr3t-that-nobody-may-see';

  it('sign in, and are shown nowhere', async () => {
    remote.credentials = `robot:${secret}`;
    remote.commit({ 'a.md': 'a' });
    const id = await mirror(`username: "robot", secret: "${secret}", pushAfterSave: true`);
    expect(await state(id)).toMatchObject({ syncStatus: 'synced', hasSecret: true, username: 'robot' });
    remote.credentials = `robot:another`;
    await sync(id);
    expect(await settled(id)).toMatchObject({
      syncStatus: 'error',
      lastError: 'The remote did not accept the credentials.',
    });

    const spellings = [
      secret,
      Buffer.from(`robot:${secret}`).toString('base64'),
      Buffer.from(secret).toString('hex'),
    ];
    const row = await platform.at.gateway.services.prisma.repositoryRemote.findUniqueOrThrow({
      where: { repositoryId: id },
    });
    const files = await readdir(gitdirOf(id), { recursive: true, withFileTypes: true });
    const kept = await Promise.all(
      files
        .filter((file) => file.isFile())
        .map((file) => readFile(join(file.parentPath, file.name), 'latin1')),
    );
    const everything = [JSON.stringify(await state(id)), JSON.stringify(row), ...kept].join('\n');
    for (const spelling of spellings) expect(everything).not.toContain(spelling);
    expect(Buffer.from(row.secret!).includes(secret)).toBe(false);
  });

  it('go to no other host or user than those that they were given for', async () => {
    remote.credentials = `robot:${secret}`;
    const id = await mirror(`username: "robot", secret: "${secret}"`);
    const set = (input: string) =>
      `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${id}", input: {${input}}) { ${selection} }`;
    const other = await openGitHttpServer();
    try {
      expect(await platform.refused(set(`url: "${other.url}", username: "robot"`))).toBe(
        'invalid_request secret',
      );
      expect(await platform.refused(set(`url: "${remote.url}", username: "x"`))).toBe(
        'invalid_request secret',
      );
      expect(await platform.mutate(set(`url: "${remote.url}", username: "robot"`))).toMatchObject({
        hasSecret: true,
      });
      expect(await settled(id)).toMatchObject({ syncStatus: 'synced' });
      expect(await platform.mutate(set(`url: "${other.url}", secret: null`))).toMatchObject({
        hasSecret: false,
      });
      expect(await settled(id)).toMatchObject({ syncStatus: 'synced' });
      expect(other.requests.some(({ headers }) => headers.authorization)).toBe(false);
    } finally {
      await other.close();
    }
  });

  it('that the key does not open are told as such', async () => {
    const id = await mirror(`username: "robot", secret: "${secret}"`);
    const { prisma } = platform.at.gateway.services;
    await prisma.repositoryRemote.update({
      where: { repositoryId: id },
      data: { secret: new Uint8Array(60) },
    });
    await sync(id);
    expect(await settled(id)).toMatchObject({
      lastError: 'The kept secret cannot be opened with the key of this gateway; set it again.',
    });
  });
});

describe('a remote', () => {
  it.each([
    ['garbage', () => 'garbage' as const, /did not answer as a Git server/],
    ['a redirect inside', () => ({ redirectTo: 'http://169.254.169.254' }), /redirects to another address/],
    [
      'a redirect to a remote that is allowed',
      () => ({ redirectTo: remote.url }),
      /redirects to another address/,
    ],
  ])('that answers %s is an error, and nothing here changes', async (_name, mood, error) => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror();
    const before = tip(id);
    remote.commit({ 'a.md': 'b' });
    remote.mood = mood();
    await sync(id);
    expect(await settled(id)).toMatchObject({ syncStatus: 'error', lastError: expect.stringMatching(error) });
    expect(tip(id)).toBe(before);
  });

  it.each([
    ['a symlink that leads outside', '120000 out', '/etc/passwd'],
    ['a name of 256 bytes', `100644 ${'n'.repeat(256)}`, 'x'],
  ])('whose history holds %s is an error, and nothing of it is here until it is gone', async (...row) => {
    const [, entry, content] = row;
    const good = remote.commit({ 'a.md': 'a' });
    const bad = remote.commitEntry(entry, content);
    const above = remote.commitEntry('100644 b.md', 'b');
    const id = await mirror();
    expect(await state(id)).toMatchObject({
      syncStatus: 'error',
      lastError: expect.stringMatching(/^The remote holds files that this repository cannot take: /),
      lastSyncedAt: null,
    });
    expect(git(id, 'for-each-ref').split('\n')).toEqual([`${tip(id)} commit\trefs/heads/main`]);
    for (const oid of [good, bad, above]) expect(() => git(id, 'cat-file', '-e', oid)).toThrow();
    remote.setTip(good);
    await sync(id);
    expect(await settled(id)).toMatchObject({ syncStatus: 'synced', lastError: null });
    expect(tip(id)).toBe(good);
    remote.setTip(above);
    await sync(id);
    expect(await settled(id)).toMatchObject({ syncStatus: 'error' });
    expect(tip(id)).toBe(good);
    for (const oid of [bad, above]) expect(() => git(id, 'cat-file', '-e', oid)).toThrow();
  });

  it('at an address of the inside is refused, before or when its name is resolved', async () => {
    const create = (url: string) =>
      `createRepository(spaceSlug: "demo", input: {name: "inside", kind: project, remote: {url: "${url}"}}) { id }`;
    for (const url of [
      'http://169.254.169.254/x',
      'http://0x7f.2/',
      'http://[::ffff:10.0.0.1]/',
      'file:///etc',
    ]) {
      expect([url, await platform.refused(create(url))]).toEqual([url, 'invalid_request remote url']);
    }
    const { id } = await platform.mutate(create(`http://localhost:${remote.port}/repository.git`));
    expect(await settled(id)).toMatchObject({
      lastError: 'The remote is at an address that the configuration does not allow.',
    });
    expect(remote.requests).toEqual([]);
  });

  it('is set, synced and removed by space admins only, and read by who can view the repository', async () => {
    remote.commit({ 'a.md': 'a' });
    const id = await mirror();
    const { editor, viewer, stranger } = platform;
    const at = `spaceSlug: "demo", repositoryId: "${id}"`;
    const calls = [
      `setRepositoryRemote(${at}, input: {url: "${remote.url}"}) { url }`,
      `syncRepository(${at}) { url }`,
      `removeRepositoryRemote(${at})`,
    ];
    for (const call of calls) {
      expect(await platform.refused(call, editor.token)).toBe('forbidden');
      expect(await platform.refused(call, stranger.token)).toBe('not_found');
    }
    const query = `repository(id: "${id}") { remote { url } }`;
    expect((await platform.space(query, viewer.token)).repository.remote.url).toBe(remote.url);
    await save(id, 'hidden.md', 'x');
    const { prisma } = platform.at.gateway.services;
    await prisma.workspace.updateMany({
      where: { defaultRepositoryId: id },
      data: { visibility: 'private' },
    });
    await expect(platform.space(query, viewer.token)).rejects.toThrow('forbidden');

    expect(await platform.mutate(calls[2]!)).toBe(true);
    expect(await platform.refused(calls[2]!)).toBe('not_found');
    expect(await platform.refused(calls[1]!)).toBe('not_found');
    expect((await platform.space(query)).repository.remote).toBeNull();
    expect(git(id, 'for-each-ref', 'refs/gateway')).toBe('');
    expect(tip(id)).not.toBeNull();
  });

  it.each([
    ['url: "https://u:p@example.com/a"', 'url'],
    ['url: "https://example.com/a#b"', 'url'],
    ['url: "https://example.com/a", fetchIntervalSeconds: 59', 'fetch_interval_seconds'],
    ['url: "https://example.com/a", secret: "x"', 'username'],
    ['url: "https://example.com/a", username: "a:b", secret: "x"', 'username'],
    ['url: "https://example.com/a", username: "a", secret: ""', 'secret'],
    ['url: "https://example.com/a", username: "a", secret: "a\\nb"', 'secret'],
  ])('is refused with %s', async (input, field) => {
    const call = `setRepositoryRemote(spaceSlug: "demo", repositoryId: "${demo.repositoryId}", input: {${input}}) { url }`;
    expect(await platform.refused(call)).toBe(`invalid_request ${field}`);
  });
});
