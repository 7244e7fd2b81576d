import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const space = '/api/v1.0/engagement/spaces/demo/notebooks';

it.each([
  ['GET', '/healthz'],
  ['GET', '/readyz'],
  ['GET', '/nothing'],
  ['GET', '/openapi.json'],
  ['GET', `${space}/workspaces`],
  ['GET', `${space}/nothing`],
  ['OPTIONS', '/graphql'],
  ['POST', '/graphql'],
  ['GET', '/graphql/stream'],
  ['GET', '/git/demo/welcome.git/info/refs'],
])('%s %s answers with an X-Request-Id header', async (method, path) => {
  const response = await fetch(at.url + path, { method, headers: { 'x-request-id': 'mine-1' } });
  expect(response.headers.get('x-request-id')).toBe('mine-1');
});

it.each([
  ['GET', '/nothing'],
  ['POST', '/openapi.json'],
  ['DELETE', '/healthz'],
])('%s %s answers 404 in the common error shape', async (method, path) => {
  const headers = { authorization: `Bearer ${at.token}` };
  const response = await fetch(at.url + path, { method, headers });
  expect(response.status).toBe(404);
  expect(await response.json()).toEqual({
    detail: expect.any(String),
    code: 'not_found',
    request_id: response.headers.get('x-request-id'),
  });
});
