import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

const origin = 'https://app.example.com';
let at: TestGateway;
beforeAll(async () => {
  const env = { CORS_ORIGINS: `${origin}, http://localhost:3000` };
  at = await openTestGateway({ env });
});
afterAll(() => at.close());

const space = '/api/v1.0/engagement/spaces/demo/notebooks';
const file = `${space}/workspaces/${demo.workspaceId}/file?path=${demo.notebookPath}`;

const sse = { accept: 'text/event-stream' };

/** Requests to each endpoint, with the status that they get with a token and without one. */
const endpoints: [path: string, request: RequestInit, status: number, unknown: number][] = [
  ['/graphql', { method: 'POST', body: '{"query":"{ me { id } }"}' }, 200, 401],
  ['/graphql', { method: 'GET', headers: { accept: 'text/html' } }, 200, 200],
  ['/graphql/stream', { method: 'PUT' }, 201, 401],
  ['/graphql/stream', { method: 'POST', body: '{"query":"{ me { id } }"}', headers: sse }, 200, 401],
  [file, { method: 'GET' }, 200, 401],
  [`${space}/nothing`, { method: 'GET' }, 404, 401],
  ['/openapi.json', { method: 'GET' }, 200, 401],
  ['/healthz', { method: 'GET' }, 200, 200],
  ['/readyz', { method: 'GET' }, 200, 200],
];

const listed = (value: string | null) => value?.toLowerCase().split(/,\s*/);

async function ask(path: string, request: RequestInit, more: Record<string, string>): Promise<Response> {
  const headers = { 'content-type': 'application/json', ...request.headers, ...more };
  const response = await fetch(at.url + path, { ...request, headers });
  await response.text();
  return response;
}

/** The page of the explorer shares its path with the API, and is sent in several encodings. */
const vary = ({ headers }: RequestInit) =>
  JSON.stringify(headers)?.includes('text/html') ? 'Origin, Accept, Accept-Encoding' : 'Origin';

const corsHeaders = (response: Response) =>
  [...response.headers.keys()].filter((name) => name.startsWith('access-control-'));

describe.each(endpoints)('CORS on %s %o', (path, request, status, unknown) => {
  it('lets a page of an allowed origin read successful and failed answers', async () => {
    const authorization = `Bearer ${at.token}`;
    const answers = [
      [await ask(path, request, { origin, authorization }), status],
      [await ask(path, request, { origin }), unknown],
    ] as const;
    for (const [response, expected] of answers) {
      expect(response.status).toBe(expected);
      expect(response.headers.get('access-control-allow-origin')).toBe(origin);
      expect(response.headers.get('access-control-allow-credentials')).toBeNull();
      expect(response.headers.get('vary')).toBe(vary(request));
      expect(listed(response.headers.get('access-control-expose-headers'))?.sort()).toEqual([
        ...['content-disposition', 'content-range', 'deprecation', 'etag', 'link', 'location', 'ratelimit'],
        ...['ratelimit-policy', 'retry-after', 'www-authenticate', 'x-execution-id', 'x-request-id'],
      ]);
    }
  });

  it.each([['https://evil.example.com'], ['null'], ['https://app.example.com.evil.com'], [undefined]])(
    'sends no CORS headers to the origin %s',
    async (other) => {
      const headers = { authorization: `Bearer ${at.token}`, ...(other ? { origin: other } : {}) };
      const response = await ask(path, request, headers);
      expect(response.status).toBe(status);
      expect(response.headers.get('vary')).toBe(vary(request));
      expect(corsHeaders(response)).toEqual([]);
    },
  );

  it('answers a preflight without a token', async () => {
    const preflight = {
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization, content-type',
    };
    const options = { method: 'OPTIONS' };
    const known = await ask(path, options, { ...preflight, origin });
    expect(known.status).toBe(204);
    expect(known.headers.get('access-control-allow-origin')).toBe(origin);
    expect(known.headers.get('access-control-allow-credentials')).toBeNull();
    expect(known.headers.get('vary')).toBe('Origin');
    expect(listed(known.headers.get('access-control-allow-methods'))).toEqual(
      expect.arrayContaining(['get', 'post', 'put', 'patch', 'delete']),
    );
    expect(listed(known.headers.get('access-control-allow-headers'))?.sort()).toEqual(
      [
        ...['authorization', 'content-type', 'idempotency-key', 'if-match', 'if-none-match', 'if-range'],
        ...['last-event-id', 'range'],
        ...['x-graphql-event-stream-token', 'x-request-id'],
      ].sort(),
    );
    const other = await ask(path, options, { ...preflight, origin: 'https://evil.example.com' });
    expect(other.status).toBe(204);
    expect(corsHeaders(other)).toEqual([]);
  });
});

it('the Git endpoints send no CORS headers', async () => {
  const path = '/git/demo/welcome.git/info/refs?service=git-upload-pack';
  const response = await ask(path, {}, { origin, authorization: `Bearer ${at.token}` });
  expect(response.status).toBe(200);
  expect(corsHeaders(response)).toEqual([]);
  const preflight = { origin, 'access-control-request-method': 'GET' };
  expect(corsHeaders(await ask(path, { method: 'OPTIONS' }, preflight))).toEqual([]);
});

it('an OPTIONS request that is no preflight needs a token', async () => {
  for (const path of ['/graphql', '/graphql/stream', `${space}/workspaces`]) {
    expect([path, (await ask(path, { method: 'OPTIONS' }, { origin })).status]).toEqual([path, 401]);
  }
});
