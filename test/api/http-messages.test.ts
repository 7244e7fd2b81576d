import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { makeToken } from '../support/factories/make-token.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { rawRequest } from '../support/raw-request.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const space = '/api/v1.0/engagement/spaces/demo/notebooks';
const paths = [
  '/healthz',
  '/readyz',
  '/nothing',
  '/openapi.json',
  `${space}/workspaces`,
  '/graphql',
  '/graphql/stream',
  '/git/demo/welcome.git/info/refs?service=git-upload-pack',
];
const badHosts = ['a b', '[', '"><script>', '127.0.0.1:99999', 'a:b', 'user@a', 'a/b', 'a\\b', '[::1'];

describe.each(paths)('GET %s', (path) => {
  it.each(badHosts)('with the host %s answers 400 without a path or a stack', async (host) => {
    const { status, headers, body } = await rawRequest(
      at.url,
      `GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/html\r\nConnection: close\r\n\r\n`,
    );
    expect(status).toBe(400);
    const request_id = headers.get('x-request-id');
    expect(JSON.parse(body)).toEqual({ detail: expect.any(String), code: 'invalid_request', request_id });
    expect(body).not.toMatch(/node_modules|\.js|at /);
  });

  it.each([
    ['no host', `GET ${path} HTTP/1.1\r\nConnection: close\r\n\r\n`],
    ['two hosts', `GET ${path} HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n`],
    ['a bad host in its URL', `GET http://a:99999${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`],
    ['a backslash in its path', `GET /\\x${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`],
  ])('with %s answers 400', async (_what, head) => {
    const { status, body } = await rawRequest(at.url, head);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ code: 'invalid_request' });
  });

  it('answers an absolute target as it answers the path', async () => {
    const send = (target: string) =>
      rawRequest(at.url, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    const [plain, absolute] = [await send(path), await send(`http://other.example:8080${path}`)];
    expect(absolute.status).toBe(plain.status);
  });
});

it.each(['/healthz', '/readyz'])('HTTP/1.0 without a host gets 200 from %s', async (path) => {
  expect((await rawRequest(at.url, `GET ${path} HTTP/1.0\r\n\r\n`)).status).toBe(200);
});

it('a query is executed for an absolute target', async () => {
  const body = '{"query":"{me{id}}"}';
  const answer = await rawRequest(
    at.url,
    `POST http://gateway.example/graphql HTTP/1.1\r\nHost: gateway.example\r\nAuthorization: Bearer ${at.token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
  expect(answer.status).toBe(200);
  expect(answer.body).toContain('"me"');
});

it('OPTIONS * is answered 204', async () => {
  const answer = await rawRequest(at.url, 'OPTIONS * HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  expect(answer.status).toBe(204);
});

it.each([
  ['POST', `${space}/workspaces`],
  ['POST', `${space}/workspaces/${demo.workspaceId}/archive`],
  ['PUT', `${space}/workspaces/${demo.workspaceId}/authoring-file`],
  ['POST', '/graphql'],
  ['POST', '/graphql/stream'],
])('%s %s refuses a body with a content coding and says what it accepts', async (method, path) => {
  for (const coding of ['gzip', 'br', 'unknown', 'gzip, gzip']) {
    const response = await fetch(at.url + path, {
      method,
      headers: {
        authorization: `Bearer ${at.token}`,
        'content-type': 'application/json',
        'content-encoding': coding,
      },
      body: gzipSync('{}'),
    });
    expect(response.status).toBe(415);
    expect(response.headers.get('accept-encoding')).toBe('identity');
    expect(JSON.stringify(await response.json())).toContain('"code":"unsupported_media_type"');
  }
});

describe('a token without the scope that is needed', () => {
  it.each([
    ['GET', `${space}/workspaces`, ['write'], 'read'],
    ['POST', `${space}/workspaces/${demo.workspaceId}/archive`, ['read'], 'write'],
    ['GET', '/git/demo/welcome.git/info/refs?service=git-receive-pack', ['read'], 'write'],
    ['GET', '/git/demo/welcome.git/info/refs?service=git-upload-pack', ['execute'], 'read'],
  ] as const)('gets the challenge of RFC 6750 from %s %s', async (method, path, scopes, needed) => {
    const { id: userId } = await at.gateway.services.prisma.user.findFirstOrThrow();
    const token = await makeToken(at, { userId, scopes: [...scopes] });
    const response = await fetch(at.url + path, { method, headers: { authorization: `Bearer ${token}` } });
    expect(response.status).toBe(403);
    expect(response.headers.get('www-authenticate')).toBe(
      `Bearer error="insufficient_scope", scope="${needed}"`,
    );
  });
});

it.each(['/nothing', '/api/nothing', `${space}/nothing`])(
  '%s is 401 without a token and 404 with one',
  async (path) => {
    expect((await fetch(at.url + path)).status).toBe(401);
    const known = await fetch(at.url + path, { headers: { authorization: `Bearer ${at.token}` } });
    expect(known.status).toBe(404);
  },
);

describe('what Node refuses before there is a request', () => {
  const large = 'x'.repeat(30_000);
  it.each([
    [
      'a large header',
      `GET /healthz HTTP/1.1\r\nHost: a\r\nX-Large: ${large}\r\n\r\n`,
      431,
      'head_too_large',
    ],
    ['a large target', `GET /healthz?a=${large} HTTP/1.1\r\nHost: a\r\n\r\n`, 431, 'head_too_large'],
    [
      'a large header of a push',
      `POST /git/demo/welcome.git/git-receive-pack HTTP/1.1\r\nX: ${large}\r\n\r\n`,
      431,
      'head_too_large',
    ],
    ['no HTTP', 'HELLO\r\n\r\n', 400, 'invalid_request'],
    [
      'two lengths',
      'POST /graphql HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n',
      400,
      'invalid_request',
    ],
  ])('%s has the format of all errors', async (_what, head, status, code) => {
    const answer = await rawRequest(at.url, head);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('connection')?.trim()).toBe('close');
    const request_id = answer.headers.get('x-request-id')?.trim();
    expect(JSON.parse(answer.body)).toEqual({ detail: expect.any(String), code, request_id });
  });
});
