import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { pktLine } from '../../src/engines/git/serve/pkt-line.js';
import { nativeGit } from '../engines/git/git-fixture.js';
import { makeToken } from '../support/factories/make-token.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';
import { openTestPlatform, type TestPlatform } from '../support/platform.js';

const slots = 4;

let on: TestPlatform;
let client: GitClient;
let tip: string;
beforeAll(async () => {
  on = await openTestPlatform();
  client = await gitClient();
  tip = commitLarge();
});
afterAll(async () => {
  await on.at.close();
  await client.remove();
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Commits more than the buffers of a connection hold. */
function commitLarge(): string {
  const git = (args: string[], input?: Buffer) =>
    nativeGit(['--git-dir', join(on.at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args], {
      input,
    });
  const blob = git(['hash-object', '-w', '--stdin'], randomBytes(32 * 1024 * 1024));
  const tree = git(['mktree'], Buffer.from(`100644 blob ${blob}\tlarge.bin\n`));
  const commit = git(['commit-tree', tree, '-m', 'Large']);
  git(['update-ref', 'refs/heads/large', commit]);
  return commit;
}

/** Sends the begin of a request, and reads nothing. @param length of the whole body */
async function begin(service: string, token: string, body: Buffer, length = body.length): Promise<Socket> {
  const socket = connect(Number(new URL(on.at.url).port), '127.0.0.1').pause();
  socket.on('error', () => {});
  sockets.push(socket);
  const head = [
    `POST /git/demo/welcome.git/${service} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${token}`,
    `content-type: application/x-${service}-request`,
    'git-protocol: version=2',
    `content-length: ${length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.write(body, resolve));
  return socket;
}

const tipOf = (token: string) => client.ok('ls-remote', gitUrl(on.at.url, token), 'large');

it('slow bodies of fetches keep nobody from a fetch, not even their own user', async () => {
  const token = await makeToken(on.at, { userId: on.viewer.id, scopes: ['read'] });
  const slow = [];
  for (let n = 0; n < 2 * slots; n++)
    slow.push(await begin('git-upload-pack', token, Buffer.from('0'), 1000));
  expect(await tipOf(on.editor.token)).toContain(tip);
  expect(await tipOf(token)).toContain(tip);
  const answers = slow.map((socket) => new Promise((resolve) => socket.once('data', resolve).resume()));
  expect(String(await answers[0])).toMatch(/^HTTP\/1.1 400 .*The body arrives too slowly/s);
});

it('slow readers of clones keep no other user from a fetch', async () => {
  const request = Buffer.concat([
    pktLine('command=fetch'),
    Buffer.from('0001'),
    pktLine(`want ${tip}\n`),
    pktLine('done\n'),
    Buffer.from('0000'),
  ]);
  for (let n = 0; n < slots; n++) await begin('git-upload-pack', on.viewer.token, request);
  expect(await tipOf(on.editor.token)).toContain(tip);
});

it('slow pushes keep no other user from a push', async () => {
  const { token } = on.editor;
  await client.ok('clone', '-q', '--single-branch', gitUrl(on.at.url, on.admin.token), 'clone');
  await client.commit('clone', 'pushed.txt', 'x');
  for (let n = 0; n < slots; n++) await begin('git-receive-pack', token, Buffer.from('0014command'), 1000);
  await client.ok('-C', 'clone', 'push', '-q');
});
