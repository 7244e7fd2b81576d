import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeRuntime } from '../support/factories/make-runtime.js';
import { makeUser } from '../support/factories/make-user.js';
import { makeWorkspace } from '../support/factories/make-workspace.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type GraphQLSocket, openSocket } from '../support/graphql-socket.js';
import { scrape } from '../support/metrics.js';

const fileLength = 3_000_000;
const file = `{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") {
  file(path: "large.md") { ... on TextFile { content } } } } }`;

let at: TestGateway;
/** Of a client that reads nothing from the beginning of this file on. */
let stalled: GraphQLSocket;
let stalledAt: number;
/** Of a client that only answers pings. */
let idle: GraphQLSocket;
beforeAll(async () => {
  at = await openTestGateway();
  const body = { path: 'large.md', content: 'x'.repeat(fileLength) };
  await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body });
  const { token } = await makeUser(at, { role: 'viewer' });
  idle = await open(token);
  // More than the buffers of a connection on one machine hold.
  stalled = await openStalled(token, 10);
  stalledAt = performance.now();
});
afterAll(() => at.close());

const open = (token: string) => openSocket(at.url, { params: { authorization: `Bearer ${token}` } });
const begin = (socket: GraphQLSocket, id: string, query: string) =>
  socket.send({ id, type: 'subscribe', payload: { query } });

/** Opens a socket that reads nothing, and asks for the file so often. */
async function openStalled(token: string, operations: number): Promise<GraphQLSocket> {
  const socket = await open(token);
  socket.ws.pause();
  for (let count = 0; count < operations; count++) begin(socket, `read ${count}`, file);
  return socket;
}

/** Reads the file. @returns its length, or the code of the error */
async function readFile(socket: GraphQLSocket): Promise<number | string> {
  begin(socket, 'one', file);
  const { payload } = JSON.parse(await socket.next());
  expect(JSON.parse(await socket.next())).toEqual({ id: 'one', type: 'complete' });
  return payload.errors?.[0].extensions.code ?? payload.data.space.workspace.file.content.length;
}

it('what waits for the clients of a user has a bound, others are served, and it is free when they left', async () => {
  const [slow, other] = [await makeUser(at, { role: 'viewer' }), await makeUser(at, { role: 'viewer' })];
  const asking = await openStalled(slow.token, 100);
  const [own, foreign] = [await open(slow.token), await open(other.token)];
  await expect.poll(() => readFile(own), { timeout: 60_000 }).toBe('rate_limited');
  expect(await readFile(foreign)).toBe(fileLength);
  asking.ws.terminate();
  await expect.poll(() => readFile(own)).toBe(fileLength);
  for (const { ws } of [own, foreign]) ws.close();
}, 90_000);

it('a subscription sends a client that did not read the newest state, and little of what was before', async () => {
  const { id: userId, token } = await makeUser(at, { role: 'editor' });
  const { id: workspaceId } = await makeWorkspace(at, { visibility: 'space', token });
  const { execution } = await makeRuntime(at, { workspaceId, userId });
  const { bus, prisma } = at.gateway.services;
  const change = async (data: { code?: string; status: 'queued' | 'running' | 'ok' }) => {
    await prisma.execution.update({ where: { id: execution.id }, data });
    bus.publish('executionStatus', execution.id, { executionId: execution.id });
  };
  const length = 500_000;
  await change({ code: 'x'.repeat(length), status: 'queued' });
  const socket = await open(token);
  begin(socket, 'one', 'subscription { executionsChanged(spaceSlug: "demo") { status code } }');
  await expect.poll(() => bus.listenerCount('executionStatus', '*')).toBe(1);
  socket.ws.pause();
  const changes = 200;
  // Another status each time: the same one again is not sent.
  for (let count = 0; count < changes; count++) await change({ status: count % 2 ? 'queued' : 'running' });
  await change({ code: 'last', status: 'ok' });
  socket.ws.resume();
  let received = 0;
  let text = '';
  while (!text.includes('"code":"last"')) {
    text = await socket.next();
    received += text.length;
  }
  expect(received).toBeGreaterThan(length);
  expect(received).toBeLessThan((changes * length) / 4);
  socket.ws.close();
}, 60_000);

it('a client that takes nothing for 30 s is cut, and one that answers pings is not', async () => {
  const openSockets = async () => (await scrape(at)).sum('notebook_gateway_open_answers', { kind: 'socket' });
  await expect.poll(openSockets, { timeout: 60_000, interval: 500 }).toBe(1);
  expect(performance.now() - stalledAt).toBeGreaterThan(30_000);
  expect(await readFile(idle)).toBe(fileLength);
  stalled.ws.resume();
  expect((await stalled.closed).code).toBe(1006);
}, 90_000);
