import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusalOf } from '../../../src/refusal.js';
import { PageEndpoint } from '../../../src/server/http/pages/page-endpoint.js';
import { rawRequest } from '../../support/raw-request.js';

const html = '<!doctype html><title>Pages</title>';
const script = 'export const x = 1;\n'.repeat(100);

let folder: string;
let servers: Server[];
let built: string;
let missing: string;

/** A server with the pages of a folder; what they do not answer is 404. */
async function serve(directory: string): Promise<string> {
  const pages = new PageEndpoint(directory);
  const server = createServer(async (req, res) => {
    const path = (req.url ?? '/').split('?', 1)[0]!;
    try {
      if (!(await pages.handle(req, res, path))) res.writeHead(404).end();
    } catch (error) {
      const { status, headers } = refusalOf(error);
      res.writeHead(status, headers).end();
    }
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  servers = [];
  folder = await mkdtemp(join(tmpdir(), 'pages-'));
  await mkdir(join(folder, 'web/assets'), { recursive: true });
  await writeFile(join(folder, 'web/index.html'), html);
  await writeFile(join(folder, 'web/frame.html'), html);
  await writeFile(join(folder, 'web/chart.html'), html);
  await writeFile(join(folder, 'web/assets/index-abc.js'), script);
  await writeFile(join(folder, 'web/assets/index-abc.js.gz'), gzipSync(script));
  await writeFile(join(folder, 'web/assets/notes.xyz'), 'of no known type');
  await writeFile(join(folder, 'secret.js'), 'outside');
  built = await serve(join(folder, 'web'));
  missing = await serve(join(folder, 'nothing'));
});
afterAll(async () => {
  for (const server of servers) server.close();
  await rm(folder, { recursive: true, force: true });
});

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${built}${path}`, { method, headers });
const browser = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

it.each([
  '/',
  '/spaces/demo',
  '/spaces/demo/workspaces/1/notebook?path=a.ipynb',
  '/administration',
  '/administration/people',
  '/docs',
])('a browser gets the application at %s', async (path) => {
  const answer = await get(path, browser);
  expect(answer.status).toBe(200);
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(answer.headers.get('cache-control')).toBe('no-cache');
  expect(await answer.text()).toBe(html);
});

it.each(['/spaces', '/nowhere', '/nowhere/else', '/apis'])(
  'at %s, which no page has, a browser gets the application with the status 404',
  async (path) => {
    const answer = await get(path, browser);
    expect(answer.status).toBe(404);
    expect(await answer.text()).toBe(html);
    expect((await get(path, { ...browser, 'if-none-match': answer.headers.get('etag')! })).status).toBe(404);
  },
);

it.each([
  ['/', { accept: 'application/json' }],
  ['/', { accept: '*/*' }],
  ['/other', { accept: '*/*' }],
  ['/api/v1.0/x', browser],
  ['/openapi.json', browser],
  ['/robots.txt', browser],
  ['/assets/index-other.js', {}],
  ['/assets/notes.xyz', {}],
  ['/assets/index-abc.js.gz', {}],
  ['/index.html', browser],
  ['/assets/', {}],
])('%s with %o is left to the API', async (path, headers) => {
  expect((await get(path, headers)).status).toBe(404);
});

it.each(['/', '/docs', '/spaces/demo', '/frame.html', '/assets/index-abc.js'])(
  '%s answers 405 to other methods, whatever the client accepts',
  async (path) => {
    for (const headers of [browser, { accept: '*/*' }])
      for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
        const answer = await get(path, headers, method);
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
      }
  },
);

it('HEAD is answered without a body, and what is no page is left to the API for each method', async () => {
  for (const path of ['/nowhere', '/assets/index-other.js', '/api/v1.0/x', '/graphql'])
    expect((await get(path, browser, 'POST')).status).toBe(404);
  const head = await get('/', browser, 'HEAD');
  expect(head.headers.get('content-length')).toBe(String(html.length));
  expect(await head.text()).toBe('');
});

it('no path leads out of the folder', async () => {
  for (const path of [
    '/assets/../../secret.js',
    '/assets/%2e%2e/%2e%2e/secret.js',
    '/assets/..%2f..%2fsecret.js',
  ])
    expect(
      (await rawRequest(built, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)).status,
    ).toBe(404);
});

describe('caching and compression', () => {
  it('hashed files are kept for ever, and compressed where the client can read that', async () => {
    const plain = await get('/assets/index-abc.js', { 'accept-encoding': 'identity' });
    expect(plain.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(plain.headers.get('content-length')).toBe(String(script.length));
    const zipped = await get('/assets/index-abc.js', { 'accept-encoding': 'gzip, br;q=0' });
    expect(zipped.headers.get('content-encoding')).toBe('gzip');
    expect(await zipped.text()).toBe(script);
    expect(zipped.headers.get('etag')).not.toBe(plain.headers.get('etag'));
  });

  it('without a file in the wanted encoding, the file itself is sent', async () => {
    const answer = await get('/assets/index-abc.js', { 'accept-encoding': 'br' });
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(await answer.text()).toBe(script);
  });

  it('a client that has the file gets 304', async () => {
    const etag = (await get('/', browser)).headers.get('etag')!;
    const again = await get('/', { ...browser, 'if-none-match': `"other", W/${etag}` });
    expect(again.status).toBe(304);
    expect(await again.text()).toBe('');
  });
});

it('every answer has the headers that bind a page', async () => {
  const { headers } = await get('/', browser);
  const policy = headers.get('content-security-policy')!;
  for (const directive of [
    "default-src 'self'",
    "script-src 'self'",
    "object-src 'none'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ])
    expect(policy.split('; ')).toContain(directive);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
  expect(headers.get('vary')).toContain('Accept');
});

it.each([
  ['/frame.html', "script-src 'self' 'unsafe-inline' 'unsafe-eval'"],
  ['/chart.html', "script-src 'self'"],
])('%s has no origin and no network, and only the scripts that it needs', async (path, scripts) => {
  const answer = await get(path, browser);
  expect(answer.status).toBe(200);
  const directives = answer.headers.get('content-security-policy')!.split('; ');
  for (const directive of [
    'sandbox allow-scripts',
    "default-src 'none'",
    scripts,
    'img-src data: blob:',
    "form-action 'none'",
    "frame-ancestors 'self'",
  ])
    expect(directives).toContain(directive);
  expect(directives.some((one) => one.startsWith('connect-src'))).toBe(false);
});

it('without a build, a browser reads what to do', async () => {
  const answer = await fetch(missing, { headers: browser });
  expect(answer.status).toBe(503);
  expect(await answer.text()).toContain('npm run build');
  expect((await fetch(`${missing}/assets/index-abc.js`)).status).toBe(404);
});
