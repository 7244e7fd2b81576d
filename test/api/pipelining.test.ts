import type { ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const workspaces = '/api/v1.0/engagement/spaces/demo/notebooks/workspaces';

/** Sends requests on one connection without waiting for answers. @returns the statuses and the request ids, in their order */
async function pipeline(requests: string[]): Promise<{ statuses: string[]; ids: string[] }> {
  const socket = connect(Number(new URL(at.url).port), '127.0.0.1').setEncoding('latin1');
  let text = '';
  socket.on('data', (bytes) => (text += bytes));
  socket.write(requests.join(''));
  const found = (pattern: RegExp) => [...text.matchAll(pattern)].map((match) => match[1]!);
  const statuses = () => found(/HTTP\/1\.1 (\d+) /g);
  await expect.poll(() => statuses().length, { timeout: 60_000 }).toBe(requests.length);
  socket.destroy();
  return { statuses: statuses(), ids: found(/^x-request-id: (.*)\r$/gim) };
}

const get = (path: string, id: string, fields = '') =>
  `GET ${path} HTTP/1.1\r\nHost: localhost\r\nX-Request-Id: ${id}\r\n${fields}\r\n`;

it.each([
  ['/healthz', 500, '200', ''],
  [workspaces, 500, '401', ''],
  ['/graphql', 10, '200', 'Accept: text/html\r\nAccept-Encoding: gzip\r\n'],
])(
  'of many requests for %s on one connection one is handled at a time',
  async (path, length, status, fields) => {
    const ids = Array.from({ length }, (_, n) => `request-${n}`);
    let immediately = 0;
    // The gateway sets this field when it begins to handle a request.
    const count = (_req: unknown, res: ServerResponse) => {
      if (res.hasHeader('x-request-id')) immediately++;
    };
    at.gateway.server.on('request', count);
    const { statuses, ids: answered } = await pipeline(ids.map((id) => get(path, id, fields)));
    at.gateway.server.off('request', count);
    expect(new Set(statuses)).toEqual(new Set([status]));
    expect(answered).toEqual(ids);
    expect(immediately).toBeLessThan(ids.length / 3);
  },
);

it('what a connection sends together happens in its order', async () => {
  const change = (name: string) => {
    const body = JSON.stringify({ name });
    return `PATCH ${workspaces}/${demo.workspaceId} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${at.token}
Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`.replace(
      /(?<!\r)\n/g,
      '\r\n',
    );
  };
  const names = Array.from({ length: 20 }, (_, n) => `Name ${n}`);
  const { statuses } = await pipeline(names.map(change));
  expect(new Set(statuses)).toEqual(new Set(['200']));
  const { body } = await at.rest('GET', `/workspaces/${demo.workspaceId}`);
  expect(body.name).toBe('Name 19');
});
