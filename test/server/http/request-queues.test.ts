import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as yieldOnce } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { RequestQueues } from '../../../src/server/http/request-queues.js';

let queues: RequestQueues;
let server: Server;
let client: Socket;
let received: string;
/** The targets of the requests that were handled, with their bodies. */
let handled: string[];
/** Answers a request; a test may replace it. */
let answer: (target: string, res: ServerResponse) => void;
/** Is called when a request is handled. */
let begun: () => void;
beforeEach(async () => {
  queues = new RequestQueues();
  handled = [];
  received = '';
  answer = (target, res) => res.end(target);
  begun = () => {};
  server = createServer((req, res) =>
    queues.take(req, res, async () => {
      begun();
      let body = '';
      for await (const chunk of req) body += chunk;
      handled.push(`${req.url}${body}`);
      answer(req.url!, res);
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.on('data', (bytes) => (received += bytes)).on('error', () => {});
  await once(client, 'connect');
});
afterEach(() => {
  client.destroy();
  server.close();
  server.closeAllConnections();
});

const get = (target: string, fields = '') => `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${fields}\r\n`;
const targets = (count: number) => Array.from({ length: count }, (_, n) => `/${n}`);
/** The bodies of the answers, in their order. */
const answers = () =>
  [...received.matchAll(/\r\n\r\n(?:[0-9a-f]+\r\n)?(\/[0-9]+)/g)].map((match) => match[1]);

it('handles one of thousands of requests of a connection in an iteration of the event loop', async () => {
  const sent = targets(6_000);
  let inIteration = 0;
  let highest = 0;
  begun = () => {
    highest = Math.max(highest, ++inIteration);
    if (inIteration === 1) setImmediate(() => (inIteration = 0));
  };
  client.write(sent.map((target) => get(target)).join(''));
  await expect.poll(() => answers().length, { timeout: 30_000 }).toBe(sent.length);
  // One more may arrive when nothing waits any more.
  expect(highest).toBeLessThan(3);
  expect(answers()).toEqual(sent);
  expect(queues.waiting).toBe(0);
});

it('a request waits for the answer before it, and bodies arrive meanwhile', async () => {
  const open: ServerResponse[] = [];
  answer = (_target, res) => open.push(res);
  const post = (target: string, body: string) =>
    `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const long = 'x'.repeat(300_000);
  client.write(get('/0') + post('/1', 'short') + post('/2', long) + get('/3'));
  const expected = ['/0', '/1short', `/2${long}`, '/3'];
  for (let n = 0; n < expected.length; n++) {
    await expect.poll(() => open.length).toBe(n + 1);
    for (let round = 0; round < 20; round++) await yieldOnce();
    expect(handled).toEqual(expected.slice(0, n + 1));
    open[n]!.end(`/${n}`);
  }
  await expect.poll(() => answers()).toEqual(['/0', '/1', '/2', '/3']);
});

it('a request whose connection is closed before its slot is free is not handled', async () => {
  let first: ServerResponse | undefined;
  answer = (_target, res) => {
    first ??= res;
  };
  client.write(
    targets(10)
      .map((target) => get(target))
      .join(''),
  );
  await expect.poll(() => queues.waiting).toBe(9);
  first!.destroy();
  await expect.poll(() => queues.waiting).toBe(0);
  expect(handled).toEqual(['/0']);
});

it('nothing is handled after an answer that closes the connection', async () => {
  client.write(get('/0', 'Connection: close\r\n') + get('/1'));
  await once(client, 'close');
  expect(handled).toEqual(['/0']);
  expect(queues.waiting).toBe(0);
});

it('a connection on which too many requests wait is closed', async () => {
  answer = () => {};
  const post = `POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx`;
  client.write(post);
  await expect.poll(() => handled.length).toBe(1);
  // Without the pause, as where Node reads on.
  server.on('request', ({ socket }) => socket.resume());
  client.write(post.repeat(5_000));
  await new Promise((resolve) => client.once('close', resolve));
  await expect.poll(() => queues.waiting).toBe(0);
});

it('a client may send several requests together again and again', async () => {
  const warnings: Error[] = [];
  const note = (warning: Error) => warnings.push(warning);
  process.on('warning', note);
  for (let n = 1; n <= 30; n++) {
    client.write(get('/1') + get('/2') + get('/3'));
    await expect.poll(() => answers().length, { interval: 1 }).toBe(3 * n);
  }
  process.off('warning', note);
  expect(warnings).toEqual([]);
});
