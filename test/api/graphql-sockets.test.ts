import { once } from 'node:events';
import { get } from 'node:http';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { type GraphQLSocket, openSocket, type SocketOptions } from '../support/graphql-socket.js';

const origin = 'https://app.example.com';
let at: TestGateway;
/** Of a client that never says who it is. */
let silent: GraphQLSocket;
beforeAll(async () => {
  at = await openTestGateway({ env: { CORS_ORIGINS: origin } });
  silent = await openSocket(at.url);
});
afterAll(() => at.close());

const params = () => ({ authorization: `Bearer ${at.token}` });
const subscribe = (id: string, query: string, variables = {}) => ({
  id,
  type: 'subscribe',
  payload: { query, variables },
});
const watch = `subscription { fileChanged(spaceSlug: "demo", workspaceId: "${demo.workspaceId}") { path } }`;
const watching = () => at.gateway.services.bus.listenerCount('commit', demo.repositoryId);
const saved = async (path: string) => {
  const body = { path, content: path };
  expect((await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body })).status).toBe(
    201,
  );
};

async function answer(socket: GraphQLSocket, query: string, variables = {}): Promise<any> {
  socket.send(subscribe('one', query, variables));
  const message = JSON.parse(await socket.next());
  if (message.type === 'next')
    expect(JSON.parse(await socket.next())).toEqual({ id: 'one', type: 'complete' });
  return message;
}

/** The status with which a request for a socket is refused, and the code of the error. */
async function refusal(headers: Record<string, string>): Promise<[number, string]> {
  const ws = new WebSocket(`${at.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  const [, response] = await Promise.race([
    once(ws, 'unexpected-response'),
    once(ws, 'open').then(() => {
      ws.terminate();
      throw new Error('The socket is open.');
    }),
  ]);
  let body = '';
  for await (const chunk of response) body += chunk;
  return [response.statusCode, JSON.parse(body).errors[0].extensions.code];
}

describe('a client of graphql-ws', () => {
  it('queries, changes and watches over one socket, and what it completes ends', async () => {
    const client = createClient({
      url: `${at.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: params(),
      retryAttempts: 0,
    });
    const events = client.iterate({ query: watch });
    const first = events.next();
    await expect.poll(watching).toBe(1);
    const { value: me } = await client.iterate({ query: '{ me { name } }' }).next();
    expect(me).toEqual({ data: { me: { name: 'Admin' } } });
    const save = `mutation ($path: String!) { saveFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" },
      input: { path: $path, content: "one" }) { file { path } } }`;
    await client.iterate({ query: save, variables: { path: 'README.md' } }).next();
    expect((await first).value).toEqual({ data: { fileChanged: { path: 'README.md' } } });
    await events.return!();
    await expect.poll(watching).toBe(0);
    await client.dispose();
  });
});

describe('authentication', () => {
  it.each<[string, () => SocketOptions]>([
    ['authorization in the payload', () => ({ params: params() })],
    [
      'Authorization in its headers',
      () => ({ params: { headers: { Authorization: `Bearer ${at.token}` } } }),
    ],
    ['the header of the request', () => ({ params: {}, headers: params() })],
  ])('takes %s', async (_where, options) => {
    const socket = await openSocket(at.url, options());
    const { payload } = await answer(socket, '{ me { name } }');
    expect(payload).toEqual({ data: { me: { name: 'Admin' } } });
    socket.ws.close();
  });

  it('closes a socket without a valid token, or that subscribes before it says who it is', async () => {
    const closed = async (message: unknown) => {
      const socket = await openSocket(at.url);
      socket.send(message);
      return socket.closed;
    };
    const invalid = { code: 4401, reason: 'This token is not valid; ask an admin for a new one.' };
    const init = { type: 'connection_init' };
    expect(await closed({ ...init, payload: { authorization: 'Bearer wrong' } })).toEqual(invalid);
    expect((await closed(init)).code).toBe(4401);
    expect((await closed(subscribe('one', '{ me { id } }'))).code).toBe(4401);
    expect((await closed({ ...init, payload: { padding: 'x'.repeat(100_000) } })).code).toBe(1006);
  });

  it('closes a socket after ten seconds without it', async () => {
    expect(await silent.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
  });

  it('refuses the request of a socket whose header has no valid token', async () => {
    expect(await refusal({ authorization: 'Bearer wrong' })).toEqual([401, 'unauthenticated']);
  });

  it('ends the socket of a revoked token within 5 s, and executes nothing for it meanwhile', async () => {
    const someone = await makeUser(at, { role: 'viewer' });
    const socket = await openSocket(at.url, { params: { authorization: `Bearer ${someone.token}` } });
    const idle = await openSocket(at.url, { params: { authorization: `Bearer ${someone.token}` } });
    expect((await answer(socket, '{ me { id } }')).payload.data.me.id).toBe(someone.id);
    await at.gateway.services.prisma.apiToken.updateMany({
      where: { userId: someone.id },
      data: { revokedAt: new Date() },
    });
    const begun = Date.now();
    socket.send(subscribe('two', '{ me { id } }'));
    expect((await socket.closed).code).toBe(4401);
    expect(await idle.closed).toEqual({ code: 4401, reason: 'The token of this stream is no longer valid.' });
    expect(Date.now() - begun).toBeLessThan(5_000);
  });
});

describe('the origin', () => {
  it('of a page elsewhere is refused, that of this host and those of CORS_ORIGINS are not', async () => {
    expect(await refusal({ origin: 'https://evil.example.com' })).toEqual([403, 'forbidden']);
    expect(await refusal({ origin: 'null' })).toEqual([403, 'forbidden']);
    for (const allowed of [origin, at.url]) {
      const socket = await openSocket(at.url, { params: params(), headers: { origin: allowed } });
      socket.ws.close();
    }
  });
});

describe('limits and errors', () => {
  let socket: GraphQLSocket;
  beforeAll(async () => {
    socket = await openSocket(at.url, { params: params() });
  });
  afterAll(() => socket.ws.close());

  it.each<[string, string, Record<string, unknown>, string]>([
    ['a text that is no document', '{', {}, 'invalid_request'],
    ['an unknown field', '{ nothing }', {}, 'invalid_request'],
    ['a document that is too deep', `{ ${'me { '.repeat(30)}id${' }'.repeat(30)} }`, {}, 'invalid_request'],
    ['an undeclared variable', '{ me { id } }', { more: 1 }, 'invalid_request'],
    [
      'an expensive operation',
      '{ spaces(first: 100) { nodes { workspaces(first: 100) { nodes { files(first: 10000) { nodes { path } } } } } } }',
      {},
      'query_too_expensive',
    ],
  ])('%s is refused with its code', async (_what, query, variables, code) => {
    const { type, payload } = await answer(socket, query, variables);
    expect([type, payload[0].extensions.code]).toEqual(['error', code]);
    expect(payload[0].extensions.requestId).toMatch(/^[\w-]{36}$/);
  });

  it('a value of another type is refused with its field, and a missing resource with its code', async () => {
    const query = 'query ($slug: String!) { space(slug: $slug) { id } }';
    const wrong = (await answer(socket, query, { slug: 1 })).payload.errors[0].extensions;
    expect([wrong.code, wrong.errors[0].path]).toEqual(['invalid_request', ['slug']]);
    const missing = (await answer(socket, query, { slug: 'none' })).payload.errors[0].extensions;
    expect(missing.code).toBe('not_found');
  });

  it('of many operations those over the limit are refused, and the others go on', async () => {
    const busy = await openSocket(at.url, { params: params() });
    for (let n = 0; n <= 100; n++) busy.send(subscribe(`s${n}`, watch));
    const refused = JSON.parse(await busy.next());
    expect([refused.id, refused.type]).toEqual(['s100', 'error']);
    expect(refused.payload[0].extensions.code).toBe('rate_limited');
    await expect.poll(watching).toBe(100);
    busy.send({ id: 's0', type: 'complete' });
    await expect.poll(watching).toBe(99);
    await saved('many.md');
    expect(JSON.parse(await busy.next()).payload.data.fileChanged.path).toBe('many.md');
    busy.ws.close();
    await expect.poll(watching).toBe(0);
  });

  it('those of one address that have not said who they are have a bound, and others still come in', async () => {
    const unknown = await Promise.all(Array.from({ length: 100 }, () => openSocket(at.url)));
    expect(await refusal({})).toEqual([503, 'overloaded']);
    const known = await openSocket(at.url, { headers: params() });
    for (const { ws } of [...unknown, known]) ws.terminate();
    await expect.poll(() => refusal({}).catch(() => 'open')).toBe('open');
  });

  it('of many sockets of a user those over the limit are closed, and the others go on', async () => {
    const { token } = await makeUser(at);
    const params = { authorization: `Bearer ${token}` };
    const sockets = await Promise.all(Array.from({ length: 200 }, () => openSocket(at.url, { params })));
    const over = await openSocket(at.url);
    over.send({ type: 'connection_init', payload: params });
    expect((await over.closed).code).toBe(1013);
    expect((await answer(sockets[7]!, '{ me { name } }')).type).toBe('next');
    sockets[3]!.ws.close();
    await sockets[3]!.closed;
    const next = await openSocket(at.url, { params });
    for (const { ws } of [...sockets, next]) ws.close();
  });

  it.each<[string, (on: GraphQLSocket) => void, number]>([
    ['is no JSON', (on) => on.send('{'), 4400],
    ['is of no known type', (on) => on.send({ type: 'start' }), 4400],
    ['is not text', (on) => on.ws.send(Buffer.from('{}'), { binary: true }), 1003],
    ['is nested deeper than a body may be', (on) => on.send('['.repeat(600)), 4400],
    ['has more than 8 MiB', (on) => on.send(`"${'x'.repeat(9 * 1024 * 1024)}"`), 1009],
  ])('a message that %s closes the socket', async (_what, send, code) => {
    const own = await openSocket(at.url, { params: params() });
    send(own);
    expect((await own.closed).code).toBe(code);
  });

  it('a file of megabytes is saved and read', async () => {
    const content = 'é'.repeat(3_000_000);
    const save = `mutation ($content: String!) { createFile(spaceSlug: "demo", in: { workspaceId: "${demo.workspaceId}" },
      input: { path: "long.md", content: $content }) { file { size } } }`;
    expect((await answer(socket, save, { content })).payload.data.createFile.file.size).toBe(6_000_000);
    const read = `{ space(slug: "demo") { workspace(id: "${demo.workspaceId}") { file(path: "long.md") {
      ... on TextFile { content } } } } }`;
    const { payload } = await answer(socket, read);
    expect(payload.data.space.workspace.file.content === content).toBe(true);
  });

  it('a request for a socket elsewhere is answered as any other', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'websocket' };
    const [response] = await once(get(`${at.url}/healthz`, { headers }), 'response');
    response.resume();
    expect(response.statusCode).toBe(200);
  });
});

it('messages count as requests of their token, and operations with their cost', async () => {
  const limited = await openTestGateway({ env: { RATE_LIMIT_REQUESTS: '4', RATE_LIMIT_COST: '15' } });
  try {
    const { url, token } = limited;
    const socket = await openSocket(url, { params: { authorization: `bearer  ${token}` } });
    expect((await answer(socket, '{ me { id } }')).type).toBe('next');
    const dear = await answer(socket, '{ spaces(first: 100) { nodes { slug } } }');
    expect(dear.payload[0].extensions).toMatchObject({ code: 'rate_limited', limit: 15 });
    expect((await answer(socket, '{ me { id } }')).type).toBe('next');
    const over = await answer(socket, '{ me { id } }');
    expect(over.payload[0].extensions).toMatchObject({ code: 'rate_limited', limit: 4, remaining: 0 });
    const answered = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"query":"{ me { id } }"}',
    });
    expect(answered.status).toBe(429);
    const more = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { authorization: `Bearer ${token}` },
    });
    const [, response] = await once(more, 'unexpected-response');
    expect(response.statusCode).toBe(429);
    response.resume();
  } finally {
    await limited.close();
  }
});

it('a gateway that stops closes its sockets with 1012, so that their clients connect again', async () => {
  const stopping = await openTestGateway();
  const options = { params: { authorization: `Bearer ${stopping.token}` } };
  const socket = await openSocket(stopping.url, options);
  socket.send(subscribe('one', watch));
  await stopping.close();
  expect((await socket.closed).code).toBe(1012);
});
