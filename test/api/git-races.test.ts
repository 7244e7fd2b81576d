import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type GitClient, type GitRun, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

let on: TestPlatform;
let client: GitClient;
beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
});
afterAll(async () => {
  await on.at.close();
  await client.remove();
});

const gitdir = () => join(on.at.dataDir, 'repositories', `${demo.repositoryId}.git`);

/** Saves `busy.txt` and returns the commit. */
async function save(content: string): Promise<string> {
  const { status, body } = await on.at.rest('PUT', `/workspaces/${demo.workspaceId}/authoring-file`, {
    body: { path: 'busy.txt', content },
    token: on.editor.token,
  });
  expect(status).toBe(200);
  return body.commit_sha;
}

/**
 * Runs `git push` from a clone. A hook stops it after it has read the refs of the server, and it goes on after `act`: so
 * `act` always wins the race.
 */
async function pushAfter(name: string, act: () => Promise<unknown>): Promise<GitRun> {
  const folder = join(client.folder, name);
  const hook = join(folder, '.git/hooks/pre-push');
  const [isWaiting, mayGoOn] = [join(folder, '.git/is-waiting'), join(folder, '.git/may-go-on')];
  mkdirSync(join(folder, '.git/hooks'), { recursive: true });
  writeFileSync(hook, `#!/bin/sh\ntouch ${isWaiting}\nuntil [ -e ${mayGoOn} ]; do sleep 0.05; done\n`, {
    mode: 0o755,
  });
  try {
    const pushing = client.git('-C', name, 'push');
    await expect.poll(() => existsSync(isWaiting), { timeout: 20_000 }).toBe(true);
    await act();
    writeFileSync(mayGoOn, '');
    return await pushing;
  } finally {
    for (const file of [hook, isWaiting, mayGoOn]) rmSync(file, { force: true });
  }
}

it('a push that loses a race is refused with "fetch first", and succeeds after a pull', async () => {
  const made = await on.at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
    body: { path: 'busy.txt', content: 'first\n' },
  });
  expect(made.status).toBe(201);
  await client.ok('clone', '-q', gitUrl(on.at.url, on.admin.token), 'slow');
  const oids: string[] = [await client.commit('slow', 'pushed.txt', 'x')];
  const late = await pushAfter('slow', async () => oids.push(await save('second\n')));
  expect(late.code).toBe(1);
  expect(late.err).toContain(
    '! [remote rejected] main -> main (fetch first: the branch was changed meanwhile)',
  );
  // A client that reads the new tip before it sends anything refuses by itself, and explains what to do.
  const stale = await client.git('-C', 'slow', 'push');
  expect(stale.code).toBe(1);
  expect(stale.err).toContain('! [rejected]        main -> main (fetch first)');
  expect(stale.err).toContain('hint:');

  await client.ok('-C', 'slow', 'pull', '-q', '--rebase');
  await client.ok('-C', 'slow', 'push', '-q');
  oids[0] = await client.ok('-C', 'slow', 'rev-parse', 'HEAD');
  const git = await on.at.gateway.services.git.repository(demo.repositoryId);
  const tip = await git.resolveBranch('main');
  for (const oid of oids) expect(await git.isAncestor(oid, tip)).toBe(true);
});

it('a client that disconnects during a push leaves nothing behind', async () => {
  await client.ok('clone', '-q', gitUrl(on.at.url, on.editor.token), 'leaving');
  const before = await client.ok('-C', 'leaving', 'rev-parse', 'HEAD');
  writeFileSync(join(client.folder, 'leaving/large.bin'), randomBytes(4_000_000));
  const oid = await client.commit('leaving', 'small.txt', 'x');
  const pack = await client.bytes(
    `${oid}\n^${before}\n`,
    '-C',
    'leaving',
    'pack-objects',
    '--revs',
    '--stdout',
    '-q',
  );
  const line = `${before} ${oid} refs/heads/main\0report-status`;
  const body = Buffer.concat([
    Buffer.from(`${(line.length + 4).toString(16).padStart(4, '0')}${line}0000`),
    pack,
  ]);
  const { port } = new URL(on.at.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  socket.write(
    `POST /git/demo/welcome.git/git-receive-pack HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${on.editor.token}\r\n` +
      `Content-Type: application/x-git-receive-pack-request\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  socket.write(body.subarray(0, body.length / 2));
  const temporary = () => readdirSync(join(gitdir(), 'gateway-tmp'));
  while (temporary().length === 0) await sleep(10);
  socket.destroy();
  for (let n = 0; temporary().length > 0; n++) {
    expect(n).toBeLessThan(200);
    await sleep(50);
  }
  const git = await on.at.gateway.services.git.repository(demo.repositoryId);
  expect(await git.resolveBranch('main')).toBe(before);
  await expect(git.readCommit(oid)).rejects.toMatchObject({ code: 'not_found' });
  await client.ok('-C', 'leaving', 'push', '-q');
  expect(await git.resolveBranch('main')).toBe(oid);
});
