import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

function send(path: string, { method = 'POST', headers = {}, body }: RequestInit = {}): Promise<Response> {
  const all = { authorization: `Bearer ${at.token}`, 'content-type': 'application/json', ...headers };
  return fetch(at.url + path, { method, headers: all as Record<string, string>, body });
}

describe('the audits of graphql-http', () => {
  const audits = serverAudits({
    url: () => `${at.url}/graphql`,
    fetchFn: (url: string, init: RequestInit = {}) =>
      fetch(url, { ...init, headers: { ...(init.headers as object), authorization: `Bearer ${at.token}` } }),
  });
  /** It wants 400 where the text of the specification says 422 now. */
  const replaced = ['86EE'];

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))(
    '%s: %s',
    async (id, _name, audit) => {
      const result = await audit.fn();
      if (replaced.includes(id)) expect((result as { response: Response }).response.status).toBe(422);
      else expect(result).toMatchObject({ status: 'ok' });
    },
  );

  it('are all there', () => expect(audits.length).toBeGreaterThanOrEqual(60));
});

describe('the statuses of GraphQL over HTTP', () => {
  const modern = 'application/graphql-response+json';
  const missing = '{ space(slug: "missing") { id } }';
  it.each([
    ['a result', '{ me { id } }', 200],
    ['a syntax error', '{', 400],
    ['an unknown field', '{ nope }', 422],
    ['a variable without a value', 'query($a: String!) { space(slug: $a) { id } }', 422],
    ['two operations and no name', 'query A { me { id } } query B { me { id } }', 422],
    [
      'a cost that is too high',
      '{ spaces(first: 100) { nodes { workspaces(first: 100) { nodes { files { nodes { path } } } } } } }',
      422,
    ],
    ['data beside an error', `{ me { id } ${missing.slice(2)}`, 294],
    ['no data but null, and an error', missing, 294],
  ])('%s has its status, and 200 as application/json', async (_what, query, status) => {
    const body = JSON.stringify({ query });
    expect((await send('/graphql', { body, headers: { accept: modern } })).status).toBe(status);
    const old = await send('/graphql', { body, headers: { accept: 'application/json' } });
    expect(old.status).toBe(200);
    expect(await old.text()).not.toContain('"http"');
  });
});

describe.each(['/graphql', '/graphql/stream'])('%s', (path) => {
  const body = JSON.stringify({ query: '{ me { id } }' });
  it.each([
    ['PATCH', { method: 'PATCH', body }, 405, 'method_not_allowed'],
    [
      'an Accept that it cannot serve',
      { body, headers: { accept: 'image/png' } },
      path === '/graphql' ? 406 : 404,
      path === '/graphql' ? 'invalid_request' : 'not_found',
    ],
    [
      'another content type',
      {
        body,
        headers: {
          'content-type': 'text/plain',
          accept: path === '/graphql' ? 'application/json' : 'text/event-stream',
        },
      },
      415,
      'unsupported_media_type',
    ],
    [
      'a form',
      {
        body: 'query={me{id}}',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          accept: path === '/graphql' ? 'application/json' : 'text/event-stream',
        },
      },
      415,
      'unsupported_media_type',
    ],
    ['no token', { body, headers: { authorization: '' } }, 401, 'unauthenticated'],
  ])('%s is answered in the error format', async (_what, request, status, code) => {
    const response = await send(path, request as RequestInit);
    const answer = (await response.json()) as object;
    expect({ status: response.status, answer }).toEqual({
      status,
      answer: {
        errors: [
          {
            message: expect.stringMatching(/\.$/),
            extensions: { code, requestId: response.headers.get('x-request-id') },
          },
        ],
      },
    });
    if (status === 405) expect(response.headers.get('allow')).toContain('POST');
    if (status === 401) expect(response.headers.get('www-authenticate')).toContain('Bearer');
  });

  it('parameters that GraphQL over HTTP does not know are ignored', async () => {
    const unknown = JSON.stringify({ query: '{ me { id } }', doc_id: 'x', more: { a: 1 } });
    const accept = path === '/graphql' ? 'application/json' : 'text/event-stream';
    const text = await (await send(path, { body: unknown, headers: { accept } })).text();
    expect(text).toContain('"data":{"me"');
    expect(text).not.toContain('errors');
  });
});
