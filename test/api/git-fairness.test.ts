import { randomBytes } from 'node:crypto';
import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
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

/** Starts a save every 100 ms, however long each takes; returns the commits and the maximum duration of one. */
function saveAllTheWhile() {
  const saves: Promise<unknown>[] = [];
  let slowest = 0;
  let n = 0;
  const timer = setInterval(() => {
    const from = performance.now();
    const body = { path: 'busy.txt', content: `${n++}\n` };
    saves.push(
      on.at
        .rest('PUT', `/workspaces/${demo.workspaceId}/authoring-file`, { body, token: on.editor.token })
        .then(({ status, body: { commit_sha } }) => {
          slowest = Math.max(slowest, performance.now() - from);
          expect(status).toBe(200);
          return commit_sha;
        }),
    );
  }, 100);
  return async () => {
    clearInterval(timer);
    return { oids: (await Promise.all(saves)) as string[], slowest };
  };
}

it('a pull with a push succeeds beside a save every 100 ms, and no save is lost', async () => {
  const made = await on.at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, {
    body: { path: 'busy.txt', content: 'first\n' },
  });
  expect(made.status).toBe(201);
  await client.ok('clone', '-q', gitUrl(on.at.url, on.admin.token), 'slow');
  const stop = saveAllTheWhile();
  const pushed: string[] = [];
  const getIn = async (round: number) => {
    await client.commit('slow', `pushed-${round}.txt`, 'x');
    for (let count = 0; count < 5; count++) {
      await client.ok('-C', 'slow', 'pull', '-q', '--rebase');
      if ((await client.git('-C', 'slow', 'push', '-q')).code !== 0) continue;
      pushed.push(await client.ok('-C', 'slow', 'rev-parse', 'HEAD'));
      return;
    }
  };
  await getIn(1);
  // A branch gives way once in ten seconds.
  await sleep(10_000);
  await getIn(2);
  const { oids, slowest } = await stop();
  expect(pushed.length).toBe(2);
  expect(oids.length).toBeGreaterThan(20);
  expect(slowest).toBeLessThan(10_000);
  const git = await on.at.gateway.services.git.repository(demo.repositoryId);
  const tip = await git.resolveBranch('main');
  for (const oid of [...oids, ...pushed]) expect(await git.isAncestor(oid, tip)).toBe(true);
}, 120_000);

it('a push that its client aborts leaves no temporary files, and the next push succeeds', async () => {
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
