import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  ['POST', '/nothing'],
  ['DELETE', '/assets/nothing.js'],
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

describe.each(['/healthz', '/readyz', '/openapi.json', '/metrics', '/', '/docs', '/spaces/demo'])(
  '%s',
  (path) => {
    it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])(
      'answers 405 to %s, with Allow',
      async (method) => {
        for (const accept of ['*/*', 'text/html']) {
          const headers = { authorization: `Bearer ${at.token}`, accept };
          const response = await fetch(at.url + path, { method, headers });
          expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
          expect(await response.json()).toEqual({
            detail: 'This path takes GET, HEAD.',
            code: 'method_not_allowed',
            request_id: response.headers.get('x-request-id'),
          });
        }
      },
    );
  },
);

it.each(['/healthz', '/readyz', '/openapi.json', '/metrics'])(
  'HEAD %s is answered as GET, without a body',
  async (path) => {
    const headers = { authorization: `Bearer ${at.token}` };
    const response = await fetch(at.url + path, { method: 'HEAD', headers });
    expect([response.status, await response.text()]).toEqual([200, '']);
  },
);

it('only known callers learn the methods of /openapi.json', async () => {
  expect((await fetch(`${at.url}/openapi.json`, { method: 'POST' })).status).toBe(401);
});
