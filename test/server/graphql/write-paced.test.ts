import { createServer, get, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { writePaced } from '../../../src/server/graphql/write-paced.js';

// More than the buffers of a connection on one machine hold.
const size = 32 * 1024 * 1024;
const servers: ReturnType<typeof createServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** Asks for an answer that is written so. */
async function open(stalledMs: number) {
  let written: Promise<void> | undefined;
  const server = createServer((_req, res: ServerResponse) => {
    written = writePaced(res, Buffer.alloc(size), stalledMs).then(() => void res.end());
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<IncomingMessage>((resolve) => get({ port }, resolve));
  return { answer, written: () => written };
}

it('a client that reads nothing is cut', async () => {
  const { answer, written } = await open(300);
  answer.pause();
  await written();
  const ended = new Promise((resolve) => answer.once('error', resolve).once('end', () => resolve('whole')));
  answer.resume();
  expect(await ended).toBeInstanceOf(Error);
});

it('a client that reads slowly gets everything', async () => {
  const { answer } = await open(5_000);
  let length = 0;
  for await (const chunk of answer) {
    if (length % 50 === 0) await sleep(1);
    length += chunk.length;
  }
  expect(length).toBe(size);
});
