import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeUser } from '../support/factories/make-user.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const limit = 20;
let at: TestGateway;
let token: string;
beforeAll(async () => {
  at = await openTestGateway({ env: { RATE_LIMIT_REQUESTS: String(limit) } });
  ({ token } = await makeUser(at, { space: 'demo', role: 'viewer', scopes: ['read'] }));
});
afterAll(() => at.close());

it('every answer shows what is left, and over the limit each transport answers 429', async () => {
  const path = `/workspaces/${demo.workspaceId}`;
  const first = await at.rest('GET', path, { token });
  expect(first.status).toBeLessThan(404);
  expect(first.headers.get('ratelimit-policy')).toBe(`"requests";q=${limit};w=60`);
  expect(first.headers.get('ratelimit')).toMatch(new RegExp(`^"requests";r=${limit - 1};t=(60|59)$`));
  for (let sent = 1; sent < limit; sent++) await at.rest('GET', path, { token });
  const refused = await at.rest('GET', path, { token });
  expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(refused.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/);

  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  for (const endpoint of ['/graphql', '/graphql/stream']) {
    const answer = await fetch(at.url + endpoint, {
      method: 'POST',
      headers,
      body: '{"query":"{me{name}}"}',
    });
    expect(answer.status).toBe(429);
    const { errors } = (await answer.json()) as any;
    expect(errors[0].extensions).toMatchObject({ code: 'rate_limited', limit, remaining: 0 });
  }
  const spelled = await fetch(`${at.url}/graphql`, {
    method: 'POST',
    headers: { ...headers, authorization: `bearer   ${token}` },
    body: '{"query":"{me{name}}"}',
  });
  expect(spelled.status).toBe(429);
  // Git sends the same token as a password.
  const basic = `Basic ${Buffer.from(`git:${token}`).toString('base64')}`;
  const git = await fetch(`${at.url}/git/demo/any.git/info/refs?service=git-upload-pack`, {
    headers: { authorization: basic },
  });
  expect([git.status, git.headers.get('content-type')]).toEqual([429, 'text/plain; charset=utf-8']);
  expect(await git.text()).toContain('requests a minute');
});

it('with 0 there is no limit, and no answer shows one', async () => {
  const free = await openTestGateway({ env: { RATE_LIMIT_REQUESTS: '0', RATE_LIMIT_COST: '0' } });
  try {
    for (let sent = 0; sent < 2 * limit; sent++) {
      const answer = await free.rest('GET', '/workspaces');
      expect([answer.status, answer.headers.get('ratelimit')]).toEqual([200, null]);
    }
  } finally {
    await free.close();
  }
});

it('another token and the health pages are not affected', async () => {
  const health = await fetch(`${at.url}/healthz`, { headers: { authorization: `Bearer ${token}` } });
  expect([health.status, health.headers.get('ratelimit')]).toEqual([200, null]);
  const other = await makeUser(at, { space: 'demo', role: 'viewer', scopes: ['read'] });
  const answer = await at.rest('GET', '/workspaces', { token: other.token });
  expect(answer.status).toBe(200);
});

it('the cost of operations has a limit of its own, which no operation beyond it uses up', async () => {
  const gateway = await openTestGateway({ env: { RATE_LIMIT_COST: '30' } });
  try {
    const headers = { authorization: `Bearer ${gateway.token}`, 'content-type': 'application/json' };
    const send = (endpoint: string, query: string) => {
      const accept = endpoint === '/graphql' ? 'application/json' : 'text/event-stream';
      const body = JSON.stringify({ query });
      return fetch(gateway.url + endpoint, { method: 'POST', headers: { ...headers, accept }, body });
    };
    const cheap = await send('/graphql', '{ me { id } }');
    expect(cheap.status).toBe(200);
    expect(cheap.headers.get('ratelimit-policy')).toBe('"cost";q=30;w=60');
    const left = cheap.headers.get('ratelimit');
    expect(left).toMatch(/^"cost";r=(2\d);t=(60|59)$/);
    const dear = '{ spaces(first: 100) { nodes { slug name } } }';
    for (const endpoint of ['/graphql', '/graphql/stream']) {
      const answer = await send(endpoint, dear);
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      expect(answer.headers.get('ratelimit')!.split(';t')[0]).toBe(left!.split(';t')[0]);
      const { errors } = (await answer.json()) as any;
      expect(errors[0].extensions).toMatchObject({ code: 'rate_limited', limit: 30 });
    }
    expect((await send('/graphql', '{ me { id } }')).status).toBe(200);
  } finally {
    await gateway.close();
  }
});

it('an address whose tokens are not valid is answered 429 on every transport, and valid tokens go on', async () => {
  const gateway = await openTestGateway({ env: { RATE_LIMIT_FAILURES: '3', RATE_LIMIT_REQUESTS: '500' } });
  try {
    const ask = (path: string, authorization: string) =>
      fetch(gateway.url + path, { headers: { authorization, accept: 'application/json' } });
    const paths = ['/openapi.json', '/graphql?query={me{id}}', '/graphql/stream?query={me{id}}'];
    for (const path of paths) expect((await ask(path, 'Bearer wrong')).status).toBe(401);
    for (const path of paths) {
      const { status, headers } = await ask(path, 'Bearer wrong');
      expect([path, status, Number(headers.get('retry-after')) > 0]).toEqual([path, 429, true]);
      expect(headers.get('ratelimit-policy')).toBe('"failures";q=3;w=60');
      expect(headers.get('ratelimit')).toMatch(/^"failures";r=0;t=\d+$/);
    }
    const rest = await gateway.rest('GET', '/workspaces', { token: 'wrong' });
    expect([rest.status, rest.headers.get('ratelimit-policy')]).toEqual([429, '"failures";q=3;w=60']);
    const basic = `Basic ${Buffer.from('git:wrong').toString('base64')}`;
    const git = await ask('/git/demo/any.git/info/refs?service=git-upload-pack', basic);
    expect([git.status, git.headers.get('ratelimit-policy')]).toEqual([429, '"failures";q=3;w=60']);
    expect((await ask('/openapi.json', `Bearer ${gateway.token}`)).status).toBe(200);
    expect((await fetch(`${gateway.url}/openapi.json`)).status).toBe(401);
  } finally {
    await gateway.close();
  }
});
