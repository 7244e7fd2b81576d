import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { routes } from '../../rest/table.js';
import { makeToken } from '../support/factories/make-token.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const id = '00000000-0000-4000-8000-000000000009';
const concrete = (path: string) => path.replace(/:\w+/g, id);

describe('a request without a valid token', () => {
  it.each(routes.map((route) => [route.method, route.path] as const))(
    '%s %s answers 401',
    async (method, path) => {
      for (const token of [null, 'nbg_wrong']) {
        const answer = await at.rest(method.toUpperCase(), concrete(path), { token });
        expect(answer.status).toBe(401);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
        expect(answer.body).toMatchObject({ code: 'unauthenticated', detail: expect.any(String) });
        expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
      }
    },
  );

  it('an unknown path and an unknown method answer 401', async () => {
    expect((await at.rest('GET', '/nothing', { token: null })).status).toBe(401);
    expect((await at.rest('PATCH', '/workspaces', { token: null })).status).toBe(401);
  });

  it.each(['/graphql', '/graphql/stream'])(
    '%s answers 401 and reveals nothing about the schema',
    async (path) => {
      const response = await fetch(at.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
        body: JSON.stringify({ query: '{ spaace }' }),
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
      expect(await response.text()).not.toContain('space');
    },
  );

  it('an expired and a revoked token answer 401', async () => {
    const { id: userId } = await makeUser(at);
    for (const end of [{ expiresAt: new Date(Date.now() - 1000) }, { revokedAt: new Date() }]) {
      const token = await makeToken(at, { userId, ...end });
      expect((await at.rest('GET', '/workspaces', { token })).status).toBe(401);
    }
  });
});

it('the health endpoints need no token', async () => {
  expect((await fetch(`${at.url}/healthz`)).status).toBe(200);
  expect((await fetch(`${at.url}/readyz`)).status).toBe(200);
});

it('the GraphiQL page loads nothing from another host', async () => {
  const response = await fetch(`${at.url}/graphql`, { headers: { accept: 'text/html' } });
  expect(response.status).toBe(200);
  expect(await response.text()).not.toMatch(/<(script|link)[^>]+https?:\/\//);
});

it('a space of others and an unknown space give the same answer, byte for byte', async () => {
  const { token } = await makeUser(at);
  const headers = { 'x-request-id': 'same' };
  const foreign = await at.rest('GET', '/workspaces', { token, headers });
  const missing = await at.rest('GET', '/workspaces', { token, headers, space: 'nowhere' });
  expect(foreign.status).toBe(404);
  expect(missing).toMatchObject({ status: 404, body: foreign.body });
});

it('a token without the needed scope answers 403 insufficient_scope', async () => {
  const reader = await makeUser(at, { role: 'editor', scopes: ['read'] });
  const answer = await at.rest('POST', '/workspaces', {
    token: reader.token,
    body: { name: 'x', default_repository_id: id },
  });
  expect(answer).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
  const writer = await makeUser(at, { role: 'editor', scopes: ['write'] });
  expect(await at.rest('GET', '/workspaces', { token: writer.token })).toMatchObject({
    status: 403,
    body: { code: 'insufficient_scope' },
  });
  const graphql = await at.graphql('{ space(slug: "demo") { name } }', {}, writer.token);
  expect(graphql.errors?.[0]?.extensions?.code).toBe('insufficient_scope');
});

it('an unsupported method on a known path answers 405 with an Allow header', async () => {
  const answer = await at.rest('PATCH', '/workspaces');
  expect(answer).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } });
  expect(answer.headers.get('allow')).toBe('GET, POST');
});

it('a well-formed request id is kept and any other is replaced', async () => {
  const given = await at.rest('GET', '/workspaces', { headers: { 'x-request-id': 'abc-1' } });
  expect(given.headers.get('x-request-id')).toBe('abc-1');
  const replaced = await at.rest('GET', '/workspaces', { headers: { 'x-request-id': 'a b"' } });
  expect(replaced.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
});

it('a NUL character in the id of a space or a workspace answers 404, as an unknown id does', async () => {
  const unknown = await at.rest('GET', '/workspaces', { space: 'unknown' });
  const withNul = await at.rest('GET', '/workspaces', { space: 'a%00' });
  expect(withNul).toMatchObject({ status: 404, body: { ...unknown.body, request_id: expect.any(String) } });
  const body = { workspace_id: id, kernel_profile_id: 'a\u0000' };
  expect((await at.rest('POST', '/workers', { body })).status).toBe(404);
  const graphql = await at.graphql('query($slug: String!) { space(slug: $slug) { id } }', {
    slug: 'a\u0000',
  });
  expect(graphql.errors?.[0]?.extensions.code).toBe('not_found');
});
