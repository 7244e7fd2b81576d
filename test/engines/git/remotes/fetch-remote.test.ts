import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { type NativeCommand, NativeGit } from '../../../../src/engines/git/native/native-git.js';
import { RemoteFault } from '../../../../src/engines/git/remote-fault.js';
import { checkFetched } from '../../../../src/engines/git/remotes/check-fetched.js';
import { fetchRemote } from '../../../../src/engines/git/remotes/fetch-remote.js';
import { pushRemote } from '../../../../src/engines/git/remotes/push-remote.js';
import type { RemoteAccess } from '../../../../src/engines/git/remotes/remote-access.js';
import { packBounds } from '../../../../src/engines/git/serve/index-pack.js';
import { remoteLimits } from '../../../../src/remotes/remote-limits.js';
import { type GitHttpServer, openGitHttpServer } from '../../../support/git-http-server.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';

let native: NativeGit;
let remote: GitHttpServer;
let here: GitFixture;
beforeEach(async () => {
  native = (await findNativeGit())!;
  [remote, here] = await Promise.all([openGitHttpServer(), gitFixture()]);
});
afterEach(async () => {
  await remote.close();
  here.remove();
});

const access = (over: Partial<RemoteAccess> = {}): RemoteAccess => ({
  url: remote.url,
  pinned: null,
  credentials: null,
  ...over,
});
const fetchIt = (over: Partial<RemoteAccess> = {}, limits = {}, signal = new AbortController().signal) =>
  fetchRemote(native, { gitdir: here.gitdir, quarantine: join(here.root, 'quarantine') }, access(over), {
    limits: { ...remoteLimits, ...limits },
    signal,
  });
const fault = (act: Promise<unknown>) =>
  act.then(
    () => 'none',
    (error) => {
      if (error instanceof RemoteFault) return error.code;
      throw error;
    },
  );
/** What a fetch that failed may not leave behind. */
const leftovers = () => [
  ...readdirSync(here.root).filter((name) => name === 'quarantine'),
  ...readdirSync(join(here.gitdir, 'objects/pack')),
];

it('fetches objects and returns tips without moving a ref, and the next time only new objects', async () => {
  const first = remote.commit({ 'a.md': 'a' });
  const refs = here.git('for-each-ref');
  const tips = await fetchIt();
  expect([...tips.heads]).toEqual([['main', first]]);
  expect(here.git('cat-file', '-t', first)).toBe('commit');
  expect(here.git('for-each-ref')).toBe(refs);
  here.git('update-ref', 'refs/gateway/remote/heads/main', first);
  const second = remote.commit({ 'b.md': 'b' });
  expect([...(await fetchIt()).heads]).toEqual([['main', second]]);
  const packs = readdirSync(join(here.gitdir, 'objects/pack')).filter((name) => name.endsWith('.idx'));
  const counts = packs.map(
    (name) =>
      here.git('verify-pack', '-v', join(here.gitdir, 'objects/pack', name)).match(/^[0-9a-f]{40} /gm)!
        .length,
  );
  expect(counts.sort()).toEqual([3, 3]);
  expect(readdirSync(here.root)).not.toContain('quarantine');
  here.fsck();
});

it('connects only to the address that was checked, without a proxy', async () => {
  const tip = remote.commit({ 'a.md': 'a' });
  const named = { url: `http://nowhere.invalid:${remote.port}/repository.git` };
  const before = process.env.http_proxy;
  process.env.http_proxy = 'http://127.0.0.1:1';
  try {
    const { heads } = await fetchIt({ ...named, pinned: `nowhere.invalid:${remote.port}:127.0.0.1` });
    expect(heads.get('main')).toBe(tip);
  } finally {
    if (before === undefined) delete process.env.http_proxy;
    else process.env.http_proxy = before;
  }
  expect(await fault(fetchIt(named))).toBe('unreachable');
  const url = `http://localhost:${remote.port}/repository.git`;
  expect(await fault(fetchIt({ url, pinned: `localhost:${remote.port}:127.0.0.2` }))).toBe('unreachable');
});

it('ends a fetch that hangs or stalls at its time limit, and immediately when it is aborted', async () => {
  remote.commit({ 'large.bin': randomBytes(200_000).toString('hex') });
  for (const mood of ['hang', 'stall'] as const) {
    remote.mood = mood;
    const from = Date.now();
    expect(await fault(fetchIt({}, { timeoutMs: 1_500 }))).toBe('timed_out');
    expect(Date.now() - from).toBeLessThan(12_000);
    expect(leftovers()).toEqual([]);
  }
  const end = new AbortController();
  const fetching = fetchIt({}, {}, end.signal);
  await expect.poll(() => remote.requests.length, { timeout: 10_000 }).toBeGreaterThan(2);
  end.abort(new Error('enough'));
  await expect(fetching).rejects.toThrow('enough');
  expect(leftovers()).toEqual([]);
});

it('ends a fetch that is larger than the limit', async () => {
  remote.commit({ 'large.bin': randomBytes(200_000).toString('hex') });
  expect(await fault(fetchIt({}, { bytes: 100_000 }))).toBe('too_large');
  expect(leftovers()).toEqual([]);
  expect(await fault(fetchIt({}, { bytes: 1_000_000 }))).toBe('none');
});

it('refuses too many branches and tags before it fetches any', async () => {
  const tip = remote.commit({ 'a.md': 'a' });
  const tags = Array.from({ length: 5_000 }, (_, n) => `${tip} refs/tags/t${n + 1_000}\n`);
  writeFileSync(join(remote.gitdir, 'packed-refs'), tags.join(''));
  remote.requests.length = 0;
  expect(await fault(fetchIt())).toBe('too_large');
  // One asks what the server speaks, one lists.
  expect(remote.requests.length).toBeLessThanOrEqual(2);
  expect(leftovers()).toEqual([]);
});

it('limits the threads and the memory of git as for a push', async () => {
  remote.commit({ 'a.md': 'a' });
  const runs: { command: string; options: NativeCommand | undefined }[] = [];
  class RecordedGit extends NativeGit {
    override run(args: readonly string[], options?: NativeCommand) {
      runs.push({ command: args[0]!, options });
      return super.run(args, options);
    }
  }
  const folders = { gitdir: here.gitdir, quarantine: join(here.root, 'quarantine') };
  const options = { limits: remoteLimits, signal: new AbortController().signal };
  await fetchRemote(new RecordedGit(native.version), folders, access(), options);
  const fetched = runs.find(({ command }) => command === 'fetch')!.options!;
  expect(fetched.config).toMatchObject(packBounds.config);
  expect(fetched.env).toMatchObject(packBounds.env);
});

it.each([
  ['a .git folder', '100644 .git'],
  ['a .git folder by another spelling', '100644 .GiT'],
  ['a way out', '100644 ..'],
  ['a linked .gitmodules', '120000 .gitmodules'],
])('refuses a tree with %s, before any of it is visible', async (_name, entry) => {
  remote.commitEntry(entry, 'x');
  expect(await fault(fetchIt())).toBe('malformed');
  expect(leftovers()).toEqual([]);
});

it.each([
  ['a symlink that leads outside', '120000 out', '../outside', /the symlink "out" leads outside/],
  ['a name of 256 bytes', `100644 ${'n'.repeat(256)}`, 'x', /has a name of over 255 bytes/],
  ['a file of over 64 MiB', '100644 big', Buffer.alloc(64 * 1024 * 1024 + 1), /file "big" is over 64 MiB/],
])(
  'refuses a history that once had %s, though git accepts it, before any of it is visible',
  async (...row) => {
    const [, entry, content, reason] = row;
    const good = remote.commit({ 'a.md': 'a' });
    const bad = remote.commitEntry(entry, content);
    const tip = remote.commitEntry('100644 b.md', 'b');
    const error = await fetchIt().catch((caught) => caught);
    expect(error).toMatchObject({ code: 'unfit', cause: { message: expect.stringMatching(reason) } });
    expect(error.message).not.toContain(here.root);
    expect(leftovers()).toEqual([]);
    for (const oid of [good, bad, tip]) expect(() => here.git('cat-file', '-e', oid)).toThrow();
    // The good part alone is accepted. The bad commit is then also refused as an addition.
    remote.setTip(good);
    expect([...(await fetchIt()).heads]).toEqual([['main', good]]);
    here.git('update-ref', 'refs/gateway/remote/heads/main', good);
    remote.setTip(bad);
    expect(await fault(fetchIt())).toBe('unfit');
    expect(() => here.git('cat-file', '-e', bad)).toThrow();
  },
);

it('accepts symlinks that stay inside', async () => {
  remote.commitEntry('120000 in', 'a.md');
  expect(await fault(fetchIt())).toBe('none');
});

it('ends a check that takes longer than the limit', async () => {
  remote.commit({ 'a.md': 'a' });
  await fetchIt();
  const objects = { alone: {}, beside: {} };
  const check = (timeoutMs: number) =>
    checkFetched(native, remote.gitdir, objects, {
      limits: { ...remoteLimits, timeoutMs },
      signal: new AbortController().signal,
    });
  expect(await fault(check(60_000))).toBe('none');
  expect(await fault(check(1))).toBe('timed_out');
});

it('reports the fault without the secret', async () => {
  remote.credentials = 'robot:right-secret';
  const secret = 'wrong-secret';
  const credentials = { username: 'robot', secret };
  expect(await fault(fetchIt())).toBe('unauthorized');
  expect(await fault(fetchIt({ credentials }))).toBe('unauthorized');
  expect(await fault(fetchIt({ url: remote.url.replace('repository', 'other') }))).toBe('unauthorized');
  remote.credentials = null;
  expect(await fault(fetchIt({ url: remote.url.replace('repository', 'other') }))).toBe('not_found');
  expect(await fault(fetchIt({ url: 'http://127.0.0.1:1/a' }))).toBe('unreachable');
  expect(await fault(fetchIt({ url: remote.url.replace('http', 'https') }))).toMatch(/tls|unreachable/);
  remote.mood = 'indiscreet';
  const error = await fetchIt({ credentials }).catch((caught) => caught);
  expect(error.code).toBe('failing');
  expect(error.cause.message).toContain('***');
  const basic = Buffer.from(`robot:${secret}`).toString('base64');
  for (const text of [error.message, error.stack, error.cause.message, error.cause.stderr]) {
    expect(text).not.toContain(secret);
    expect(text).not.toContain(basic);
  }
});

it('passes the secret neither in arguments nor in files', async () => {
  const credentials = { username: 'robot', secret: 'S3cr3t-of-the-arguments' };
  const basic = Buffer.from(`robot:${credentials.secret}`).toString('base64');
  remote.credentials = `robot:${credentials.secret}`;
  remote.commit({ 'large.bin': randomBytes(200_000).toString('hex') });
  remote.mood = 'stall';
  const end = new AbortController();
  const fetching = fetchIt({ credentials }, {}, end.signal);
  await expect.poll(() => remote.requests.length, { timeout: 25_000 }).toBeGreaterThan(2);
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const commands = processes.map((id) => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  });
  expect(commands.some((command) => command.includes(remote.url))).toBe(true);
  const files = readdirSync(here.root, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  const contents = files.map((file) => readFileSync(join(file.parentPath, file.name), 'latin1'));
  for (const text of [...commands, ...contents]) {
    expect(text).not.toContain(credentials.secret);
    expect(text).not.toContain(basic);
  }
  end.abort(new Error('enough'));
  await expect(fetching).rejects.toThrow('enough');
});

it('pushes forward only, and never overwrites commits that the remote has got meanwhile', async () => {
  const options = { limits: remoteLimits, signal: new AbortController().signal };
  const push = (...args: string[]) =>
    pushRemote(native, here.gitdir, access(), new Map([args as [string, string]]), options);
  expect(await push('main', here.firstCommit)).toBe(true);
  expect(remote.tip('main')).toBe(here.firstCommit);
  const there = remote.commit({ 'a.md': 'a' });
  const { commitOid } = await here.commit({ kind: 'create', path: 'b.md', bytes: Buffer.from('b') });
  expect(await push('main', commitOid)).toBe(false);
  await fetchIt();
  expect(await push('main', commitOid)).toBe(false);
  expect(await push('main', here.firstCommit)).toBe(false);
  expect(remote.tip('main')).toBe(there);
});
