import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
beforeAll(async () => {
  at = await openTestGateway();
});
afterAll(() => at.close());

const path = `/api/v1.0/engagement/spaces/demo/notebooks/workspaces/${demo.workspaceId}/authoring-files`;

it('a client that continues to send a refused body can still read the answer', async () => {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  const chunks = 40;
  const socket = connect(Number(new URL(at.url).port), '127.0.0.1');
  let answer = '';
  let failure: unknown;
  let isCut = false;
  socket.on('data', (data) => {
    answer += data;
  });
  socket.on('end', () => {
    isCut = true;
  });
  socket.on('error', (error) => {
    failure = error;
  });
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${at.token}\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${70 * 1024 * 1024}\r\n\r\n`,
  );
  // Two seconds: the answer is there long before.
  for (let n = 0; n < chunks; n++) {
    socket.write(chunk);
    await sleep(50);
  }
  expect(failure).toBeUndefined();
  expect(isCut).toBe(false);
  expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*"code":"payload_too_large"/);
  socket.destroy();
});

it('a client that asked for the end of the connection gets it after the answer, and may send its body to the end', async () => {
  const port = Number(new URL(at.url).port);
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.on('data', (data) => {
    answer += data;
  });
  const bytes = 4 * 1024 * 1024;
  // Its first request is refused too, so that its connection has been kept open once.
  const head = (more: string) =>
    `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${more}\r\n`;
  socket.write(`${head('Content-Length: 2\r\n')}{}`);
  await expect.poll(() => answer).toContain('"code":"unauthenticated"');
  answer = '';
  const ended = once(socket, 'end');
  socket.write(head(`Connection: close\r\nContent-Length: ${bytes}\r\n`));
  await ended;
  expect(answer).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"unauthenticated"/);
  const closed = once(socket, 'close');
  await new Promise<void>((resolve, reject) =>
    socket.write(Buffer.alloc(bytes, ' '), (error) => (error ? reject(error) : resolve())),
  );
  socket.end();
  await closed;
  await expect
    .poll(() => new Promise((resolve) => at.gateway.server.getConnections((_error, count) => resolve(count))))
    .toBe(0);
});

it.each([
  ['of an announced length', 'Content-Length: 73400320'],
  ['in chunks', 'Transfer-Encoding: chunked'],
])('a request without a token is answered 401 before its body %s arrives', async (_how, framing) => {
  const socket = connect(Number(new URL(at.url).port), '127.0.0.1');
  try {
    const answer = once(socket, 'data');
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n${framing}\r\n\r\n`);
    expect(String((await answer)[0])).toMatch(/^HTTP\/1\.1 401 [\s\S]*"code":"unauthenticated"/);
  } finally {
    socket.destroy();
  }
});
