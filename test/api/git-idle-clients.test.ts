import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { authenticate } from '../../src/access/authenticate.js';
import { pktLine } from '../../src/engines/git/serve/pkt-line.js';
import { GitEndpoint } from '../../src/server/git/git-endpoint.js';
import { RequestBodies } from '../../src/server/http/request-bodies.js';
import { nativeGit } from '../engines/git/git-fixture.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type GitClient, gitClient, gitUrl } from '../support/git-client.js';

const idleMs = 2_000;
const slots = 4;

let at: TestGateway;
let client: GitClient;
let server: Server;
let port: number;
let tip: string;
beforeAll(async () => {
  at = await openTestGateway();
  client = await gitClient();
  const { services } = at.gateway;
  const endpoint = new GitEndpoint({
    context: async (_req, authorization, requestId) => ({
      actor: await authenticate(services, authorization),
      requestId,
      spaces: new Map(),
    }),
    services,
    bodies: new RequestBodies(),
    maxPushBytes: 1024 * 1024,
    log: pino({ level: 'silent' }),
    idleMs,
  });
  server = createServer((req, res) => void endpoint.handle(req, res, 'test'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  tip = commitLarge();
});
afterAll(async () => {
  server.close();
  await at.close();
  await client.remove();
});

const sockets: Socket[] = [];
afterEach(() => {
  for (const socket of sockets.splice(0)) socket.destroy();
});

/** Commits more than the buffers of a connection hold. */
function commitLarge(): string {
  const git = (args: string[], input?: Buffer) =>
    nativeGit(['--git-dir', join(at.dataDir, 'repositories', `${demo.repositoryId}.git`), ...args], {
      input,
    });
  const blob = git(['hash-object', '-w', '--stdin'], randomBytes(32 * 1024 * 1024));
  const tree = git(['mktree'], Buffer.from(`100644 blob ${blob}\tlarge.bin\n`));
  const commit = git(['commit-tree', tree, '-m', 'Large']);
  git(['update-ref', 'refs/heads/large', commit]);
  return commit;
}

/** Sends a request and reads no answer. @param length of the whole body, of which `body` is the begin */
async function stand(service: string, body: Buffer, length = body.length): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').pause();
  socket.on('error', () => {});
  sockets.push(socket);
  const head = [
    `POST /git/demo/welcome.git/${service} HTTP/1.1`,
    'host: localhost',
    `authorization: Bearer ${at.token}`,
    `content-type: application/x-${service}-request`,
    'git-protocol: version=2',
    `content-length: ${length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  await new Promise((resolve) => socket.write(body, resolve));
  return socket;
}

const url = () => gitUrl(`http://127.0.0.1:${port}`, at.token);

it('clients that stop reading a clone lose their slots', async () => {
  const request = Buffer.concat([
    pktLine('command=fetch'),
    Buffer.from('0001'),
    pktLine(`want ${tip}\n`),
    pktLine('done\n'),
    Buffer.from('0000'),
  ]);
  for (let n = 0; n < slots; n++) await stand('git-upload-pack', request);
  // One that waits for as long as those stood still is refused at the moment at which they go.
  await expect
    .poll(() => client.ok('ls-remote', url(), 'large').catch(() => ''), { timeout: 20_000 })
    .toContain(tip);
});

it('clients that stop sending their body lose their slots', async () => {
  const standing: Socket[] = [];
  for (const service of ['git-upload-pack', 'git-receive-pack']) {
    for (let n = 0; n < slots; n++) standing.push(await stand(service, Buffer.from('0014command'), 1000));
  }
  const ended = standing.map((socket) => new Promise((resolve) => socket.resume().once('close', resolve)));
  await expect
    .poll(() => client.ok('clone', '-q', '--single-branch', url(), 'clone').catch(() => null), {
      timeout: 20_000,
    })
    .not.toBeNull();
  await client.commit('clone', 'pushed.txt', 'x');
  await client.ok('-C', 'clone', 'push', '-q');
  await Promise.all(ended);
});
