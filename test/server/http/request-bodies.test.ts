import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { refusalOf } from '../../../src/refusal.js';
import { linger } from '../../../src/server/http/linger.js';
import {
  type ExpectedBody,
  RequestBodies,
  type RequestBodyLimits,
} from '../../../src/server/http/request-bodies.js';
import { smallLimits } from '../../../src/validation/json-bounds.js';

let server: Server;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Listens, and answers each request with the size of its body or the code that refused it. */
async function listen(limits: RequestBodyLimits, expected: (req: IncomingMessage) => ExpectedBody) {
  const bodies = new RequestBodies(limits);
  server = createServer(async (req, res) => {
    linger(req, res);
    res.once('close', () => bodies.release(req));
    const answer = await bodies
      .read(req, expected(req))
      .then(({ length }) => String(length))
      .catch((error) => `${refusalOf(error).code}: ${refusalOf(error).message}`);
    if (answer !== '7') res.end(answer);
    else held = () => res.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return bodies;
}

/** Answers the request whose body has seven bytes. */
let held: () => void;

function send(head: string, body: string | Buffer): Socket {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`);
  socket.write(body);
  return socket;
}

async function answerTo(socket: Socket): Promise<string> {
  const [data] = await once(socket, 'data');
  return String(data).split('\r\n\r\n')[1]!;
}

const one = () => ({ userId: 'u1' });

it('counts the bytes of stalled bodies by user, and gives them back', async () => {
  const bodies = await listen({ perUser: 100, total: 150 }, (req) => ({ userId: String(req.headers.user) }));
  const stalled = send('User: u1\r\nContent-Length: 90', 'x'.repeat(60));
  await expect.poll(() => bodies.held).toBe(60);
  expect(await answerTo(send('User: u1\r\nContent-Length: 50', 'x'.repeat(50)))).toMatch(/^rate_limited: /);
  await expect.poll(() => bodies.held).toBe(60);
  const other = send('User: u2\r\nContent-Length: 90', 'x'.repeat(80));
  await expect.poll(() => bodies.held).toBe(140);
  expect(await answerTo(send('User: u3\r\nContent-Length: 20', 'x'.repeat(20)))).toMatch(/^overloaded: /);
  stalled.destroy();
  other.destroy();
  await expect.poll(() => bodies.held).toBe(0);
  expect(await answerTo(send('User: u1\r\nContent-Length: 90', 'x'.repeat(90)))).toBe('90');
});

it('counts a body until its request is answered', async () => {
  const bodies = await listen({ perUser: 10 }, one);
  const socket = send('Content-Length: 7', '1234567');
  await expect.poll(() => bodies.held).toBe(7);
  expect(await answerTo(send('Content-Length: 5', '12345'))).toMatch(/^rate_limited: /);
  held();
  expect(await answerTo(socket)).toBe('7');
  await expect.poll(() => bodies.held).toBe(0);
});

it('refuses a body that arrives too slowly, and one that takes too long', async () => {
  await listen({ graceMs: 300, bytesPerSecond: 1_000, maxMs: 1_500 }, one);
  expect(await answerTo(send('Content-Length: 10', '1'))).toMatch(/^request_timeout: /);
  const socket = send('Content-Length: 1000000', 'x');
  const timer = setInterval(() => socket.write('x'.repeat(1_000)), 100);
  const start = performance.now();
  const answer = await answerTo(socket);
  clearInterval(timer);
  expect(answer).toMatch(/^request_timeout: /);
  expect(performance.now() - start).toBeGreaterThan(1_400);
});

it('refuses a body over the limit, announced or not, and the connection stays usable', async () => {
  await listen({}, () => ({ ...one(), maxBytes: 1_048_576 }));
  expect(await answerTo(send('Content-Length: 1048577', ''))).toBe(
    'payload_too_large: A body may have at most 1 MiB.',
  );
  const chunk = `80000\r\n${'x'.repeat(0x80000)}\r\n`;
  const socket = send('Transfer-Encoding: chunked', chunk.repeat(3));
  expect(await answerTo(socket)).toMatch(/^payload_too_large: /);
  socket.write('0\r\n\r\n');
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n12');
  expect(await answerTo(socket)).toBe('2');
});

it('refuses what JSON has too much while it arrives', async () => {
  await listen({}, () => ({ ...one(), json: smallLimits }));
  const members = Array.from({ length: 200 }, (_, index) => `"k${index}":1`).join();
  expect(await answerTo(send('Content-Length: 1000000', `{${members}`))).toBe(
    'invalid_request: The body has an object with more than 100 members',
  );
  expect(await answerTo(send('Content-Length: 1000000', `{"limit":${'9'.repeat(5_000)}`))).toBe(
    'invalid_request: limit: has a number of more than 4301 characters',
  );
});
