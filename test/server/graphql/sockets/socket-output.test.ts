import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { SocketInput } from '../../../../src/server/graphql/sockets/socket-input.js';
import { SocketOutput } from '../../../../src/server/graphql/sockets/socket-output.js';

const mib = 1024 * 1024;
let server: WebSocketServer;
beforeAll(async () => {
  server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
});
afterAll(() => server.close());

/** Both ends of a socket. */
async function pair(): Promise<{ client: WebSocket; ws: WebSocket }> {
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [[ws]] = (await Promise.all([once(server, 'connection'), once(client, 'open')])) as [
    [WebSocket],
    any,
  ];
  return { client, ws };
}

it('sends messages in their order, long ones as a whole', async () => {
  const { client, ws } = await pair();
  const output = new SocketOutput(ws);
  const received: string[] = [];
  client.on('message', (data) => received.push(String(data)));
  const long = 'ä'.repeat(500_001);
  await Promise.all(
    ['one', `${long}.`, 'two'].map((text) => output.send([Buffer.from(text), Buffer.from('!')])),
  );
  await expect.poll(() => received).toHaveLength(3);
  expect(received.map((text) => text === `${long}.!` || text)).toEqual(['one!', true, 'two!']);
  expect(output.stalledMs).toBe(0);
  client.close();
});

it('waits for a client that does not read, and says when it took something last', async () => {
  const { client, ws } = await pair();
  const output = new SocketOutput(ws);
  client.pause();
  const sent = output.send([Buffer.alloc(40 * mib, 'x')]);
  await expect.poll(() => output.stalledMs).toBeGreaterThan(300);
  expect(ws.bufferedAmount).toBeLessThan(mib);
  const before = output.writtenAt;
  client.resume();
  await sent;
  expect(output.writtenAt).toBeGreaterThan(before);
  expect(output.stalledMs).toBe(0);
  client.terminate();
});

it('drops what a client sends after the socket began to close', async () => {
  const { client, ws } = await pair();
  const handled: string[] = [];
  const input = new SocketInput(ws, async (message) => {
    handled.push(String(message));
    if (handled.length === 1) ws.close(4400);
  });
  ws.on('message', (data: Buffer) => input.push(data));
  for (const text of ['one', 'two', 'three']) client.send(text);
  await once(client, 'close');
  expect(handled).toEqual(['one']);
});
