import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type SpawnedGateway, spawnGatewayProcess } from '../support/gateway-process.js';

let dataDir: string;
let gateway: SpawnedGateway;
let url: string;
let token: string;
beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'request-log-'));
  const env = { LOG_LEVEL: 'info', DRAIN_SECONDS: '2', ALLOW_LOCAL_WORKERS: '0' };
  gateway = spawnGatewayProcess(dataDir, env);
  url = await gateway.listening;
  token = (await readFile(join(dataDir, 'admin-token'), 'utf8')).trim();
});
afterAll(async () => {
  await gateway?.kill('SIGKILL');
  await rm(dataDir, { recursive: true, force: true });
});

const authorization = () => ({ authorization: `Bearer ${token}` });

/** The lines of the log about requests. */
const requestLines = () =>
  gateway
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter(({ msg }) => msg === 'request');

it('logs each request in one line, with its operation, user, duration and error code', async () => {
  const api = `${url}/api/v1.0/engagement/spaces/demo/notebooks`;
  const send = (id: string, path: string, init: RequestInit = {}) =>
    fetch(path, { ...init, headers: { ...authorization(), 'x-request-id': id, ...init.headers } });
  const graphql = (query: string) => ({
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  await send('rest', `${api}/workspaces?token=secret`);
  await send('missing', `${api}/workspaces/11111111-1111-4111-8111-111111111111`);
  await send('named', `${url}/graphql`, graphql(`query ${'n'.repeat(300)} { me { id } }`));
  await send('fault', `${url}/graphql`, graphql('{ space(slug: "none") { name } }'));
  await send('nobody', `${api}/workspaces`, { headers: { authorization: 'Bearer wrong' } });
  await expect.poll(() => requestLines().length).toBe(5);
  const { data } = (await (await send('last', `${url}/graphql`, graphql('{ me { id } }'))).json()) as any;
  const rows = Object.fromEntries(requestLines().map((line) => [line.requestId, line]));
  const common = { method: 'GET', userId: data.me.id, ms: expect.any(Number) };
  expect(rows.rest).toMatchObject({ ...common, operation: 'listWorkspaces', status: 200 });
  expect(rows.missing).toMatchObject({
    ...common,
    operation: 'readWorkspace',
    status: 404,
    code: 'not_found',
  });
  const posted = { ...common, method: 'POST' };
  expect(rows.named).toMatchObject({ ...posted, operation: 'query me', operationName: 'n'.repeat(100) });
  expect(rows.fault).toMatchObject({ ...posted, operation: 'query space', code: 'not_found' });
  expect(rows.nobody).toMatchObject({ status: 401, code: 'unauthenticated', operation: 'listWorkspaces' });
  expect(rows.nobody).not.toHaveProperty('userId');
  expect(gateway.output()).not.toContain('secret');
});

// It stops the gateway, so it is the last one.
it('answers 503 from /readyz while it drains, and serves other requests until it ends', async () => {
  const ready = async () => (await fetch(`${url}/readyz`)).status;
  expect(await ready()).toBe(200);
  // A connection from before the signal is used after it, as proxies do.
  const agent = new Agent({ keepAlive: true });
  const kept = () =>
    new Promise<number>((resolve, reject) => {
      const answered = (answer: IncomingMessage) => resolve(answer.resume().statusCode!);
      get(`${url}/openapi.json`, { agent, headers: authorization() }, answered).on('error', reject);
    });
  expect(await kept()).toBe(200);
  process.kill(gateway.pid!, 'SIGTERM');
  await expect.poll(ready, { interval: 20 }).toBe(503);
  expect(await (await fetch(`${url}/readyz`)).json()).toMatchObject({ status: 'The gateway is stopping.' });
  expect(await kept()).toBe(200);
  expect((await fetch(`${url}/openapi.json`, { headers: authorization() })).status).toBe(200);
  await gateway.ended;
  agent.destroy();
});
