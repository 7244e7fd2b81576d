import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { dashboardQueries, scrape } from '../support/metrics.js';

const metricsToken = 'the-token-of-prometheus';
let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway({ env: { METRICS_TOKEN: metricsToken } });
});
afterAll(() => at.close());

const read = (token?: string, method = 'GET') =>
  fetch(`${at.url}/metrics`, { method, headers: token ? { authorization: `Bearer ${token}` } : {} });

it('takes METRICS_TOKEN and the tokens of platform admins, and no others', async () => {
  const editor = await makeUser(at, { role: 'admin' });
  const reader = await makeUser(at, { isPlatformAdmin: true, scopes: ['read'] });
  const answers = await Promise.all([
    read(metricsToken),
    read(at.token),
    read(),
    read(`${metricsToken}x`),
    read(editor.token),
    read(reader.token),
    read(metricsToken, 'POST'),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 401, 401, 403, 403, 405]);
  expect(answers[0]!.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  expect(answers[2]!.headers.get('www-authenticate')).toBe('Bearer');
  const codes = await Promise.all(answers.slice(2).map(async (one) => ((await one.json()) as any).code));
  expect(codes).toEqual([
    'unauthenticated',
    'unauthenticated',
    'forbidden',
    'insufficient_scope',
    'method_not_allowed',
  ]);
  expect((await read(metricsToken, 'HEAD')).headers.get('content-length')).toMatch(/^\d{4,}$/);
});

it('METRICS_TOKEN opens nothing else', async () => {
  const response = await fetch(`${at.url}/openapi.json`, {
    headers: { authorization: `Bearer ${metricsToken}` },
  });
  expect(response.status).toBe(401);
});

it('counts requests of each transport by operation, status and error code', async () => {
  await at.rest('GET', '/workspaces');
  await at.rest('GET', `/workspaces/${randomUUID()}`);
  await at.graphql('{ me { name } }');
  await at.graphql('query named { ...both } fragment both on Query { me { name } spaces { totalCount } }');
  await at.graphql('{ space(slug: "none") { name } }');
  await at.graphql('{ noSuchField }');
  const stream = await fetch(`${at.url}/graphql/stream`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${at.token}`,
      'content-type': 'application/json',
      accept: 'text/event-stream',
    },
    body: JSON.stringify({ query: '{ me { email } }' }),
  });
  await stream.text();
  await fetch(`${at.url}/git/demo/welcome.git/info/refs?service=git-upload-pack`, {
    headers: { authorization: `Bearer ${at.token}` },
  }).then((answer) => answer.text());
  const requests = 'notebook_gateway_requests_total';
  const errors = 'notebook_gateway_request_errors_total';
  await expect
    .poll(async () => (await scrape(at)).sum(requests, { transport: 'git', operation: 'git-upload-pack' }))
    .toBe(1);
  const { sum, text } = await scrape(at);
  expect(sum(requests, { transport: 'rest', operation: 'listWorkspaces', status: '200' })).toBe(1);
  expect(sum(requests, { transport: 'rest', operation: 'readWorkspace', status: '404' })).toBe(1);
  expect(sum(requests, { transport: 'graphql', operation: 'query me' })).toBe(2);
  expect(sum(requests, { transport: 'graphql', operation: 'query several' })).toBe(1);
  expect(sum(requests, { transport: 'graphql', operation: 'unknown' })).toBe(1);
  expect(sum(errors, { transport: 'rest', code: 'not_found' })).toBe(1);
  expect(sum(errors, { transport: 'graphql', code: 'not_found' })).toBe(1);
  expect(sum(errors, { transport: 'graphql', code: 'invalid_request' })).toBe(1);
  expect(sum('notebook_gateway_request_duration_seconds_count', { operation: 'listWorkspaces' })).toBe(1);
  expect(sum('notebook_gateway_database_use_seconds_count')).toBeGreaterThan(5);
  expect(sum('notebook_gateway_database_up')).toBe(1);
  expect(sum('notebook_gateway_owns_runtime')).toBe(1);
  expect(text).not.toMatch(/noSuchField|named/);
});

it('counts the operations of a WebSocket', async () => {
  const client = createClient({
    url: `${at.url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    connectionParams: { authorization: `Bearer ${at.token}` },
    lazy: false,
  });
  for await (const _ of client.iterate({ query: '{ me { id } }' }));
  const { sum } = await scrape(at);
  expect(sum('notebook_gateway_socket_operations_total', { operation: 'query me' })).toBe(1);
  expect(sum('notebook_gateway_open_answers', { kind: 'socket' })).toBe(1);
  await client.dispose();
});

it('counts a WebSocket that was refused', async () => {
  const headers = { authorization: 'Bearer wrong' };
  const ws = new WebSocket(`${at.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  await once(ws, 'unexpected-response');
  const refused = { transport: 'graphql', operation: 'unknown', status: '401' };
  const { sum } = await scrape(at);
  expect(sum('notebook_gateway_requests_total', refused)).toBe(1);
  expect(
    sum('notebook_gateway_request_errors_total', { transport: 'graphql', code: 'unauthenticated' }),
  ).toBe(1);
});

it('counts the changes of branches', async () => {
  const create = () => {
    const body = { path: `counted-${randomUUID()}.md`, content: 'x' };
    return at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body });
  };
  // The first index of a branch counts too.
  await create();
  const before = (await scrape(at)).sum('notebook_gateway_branch_updates_total');
  await create();
  await expect
    .poll(async () => (await scrape(at)).sum('notebook_gateway_branch_updates_total'))
    .toBe(before + 1);
});

it('has no series for each path, name or id', async () => {
  const count = (text: string) => text.split('\n').length;
  const ask = async (name: string) => {
    await at.rest('GET', `/${name}`);
    await at.rest('GET', '/workspaces', { space: name });
    await at.graphql(`query ${name} { space(slug: "${name}") { name } }`);
    await fetch(`${at.url}/${name}`);
    await fetch(`${at.url}/git/${name}/${name}.git/info/refs?service=git-upload-pack`);
  };
  await ask('first');
  const before = await scrape(at);
  for (let index = 0; index < 20; index += 1) await ask(`other${index}`);
  const after = await scrape(at);
  expect(after.text).not.toMatch(/first"|other\d/);
  expect(count(after.text) - count(before.text)).toBeLessThan(5);
  for (const secret of [demo.slug, demo.workspaceId, 'welcome', at.token])
    expect(after.text).not.toContain(`"${secret}"`);
});

it('has each metric of the Grafana dashboard', async () => {
  const names = new Set(at.gateway.metrics.names());
  const used = dashboardQueries().flatMap(
    (query) => query.match(/\b(notebook_gateway|nodejs|process)_\w+/g)!,
  );
  expect(used.length).toBeGreaterThan(20);
  const unknown = used.filter(
    (name) => !names.has(name) && !names.has(name.replace(/_(bucket|sum|count)$/, '')),
  );
  expect(unknown).toEqual([]);
});

it('has each metric of its own in the Grafana dashboard', () => {
  const queries = dashboardQueries().join(' ');
  const own = at.gateway.metrics.names().filter((name) => name.startsWith('notebook_gateway_'));
  expect(own.filter((name) => !queries.includes(name))).toEqual([]);
});
