import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { JupyterRest } from '../../../src/engines/kernels/jupyter-rest.js';

const timeoutMs = 5_000;
let server: Server | undefined;
let rest: JupyterRest | undefined;
afterEach(() => {
  rest?.agent.destroy();
  server?.closeAllConnections();
  server?.close();
});

/** A client of a server that gets the connection of each request, and how many requests came before on that connection. */
async function clientOf(handle: (socket: Socket, before: number, answer: ServerResponse) => void) {
  const counts = new Map<Socket, number>();
  server = createServer(({ socket }, answer) => {
    const before = counts.get(socket) ?? 0;
    counts.set(socket, before + 1);
    handle(socket, before, answer);
  });
  await new Promise<void>((resolve) => server!.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  rest = new JupyterRest({ baseUrl: `http://127.0.0.1:${port}/`, token: 'secret' });
  return rest;
}

test('an answer that switches to another protocol is an error immediately', async () => {
  const client = await clientOf((socket) =>
    socket.write('HTTP/1.1 101 Other\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n'),
  );
  await expect(client.request('GET', 'api/status', { timeoutMs })).rejects.toThrow('without an answer');
});

test.each(['GET', 'PUT', 'DELETE'] as const)(
  'a server that has closed an idle connection gets a %s again over another one',
  async (method) => {
    let requests = 0;
    const client = await clientOf((socket, before, answer) => {
      requests += 1;
      if (before > 0) socket.resetAndDestroy();
      else answer.end('{}');
    });
    await client.request('GET', 'api/status', { timeoutMs });
    const again = await client.request(method, 'api/status', { timeoutMs, body: {} });
    expect(again).toEqual({ status: 200, json: {} });
    expect(requests).toBe(3);
  },
);

test('a request that starts something goes over a connection of its own and is sent once', async () => {
  let requests = 0;
  const client = await clientOf((socket, before, answer) => {
    requests += 1;
    if (before > 0 || requests > 2) socket.resetAndDestroy();
    else answer.end('{}');
  });
  await client.request('GET', 'api/status', { timeoutMs });
  expect((await client.request('POST', 'api/kernels', { timeoutMs, body: {} })).status).toBe(200);
  await expect(client.request('POST', 'api/kernels', { timeoutMs, body: {} })).rejects.toThrow();
  expect(requests).toBe(3);
});

test('a server that closes every connection without an answer is asked once more at most', async () => {
  let requests = 0;
  const client = await clientOf((socket, before, answer) => {
    requests += 1;
    if (requests > 1) socket.resetAndDestroy();
    else if (before === 0) answer.end('{}');
  });
  await client.request('GET', 'api/status', { timeoutMs });
  await expect(client.request('GET', 'api/status', { timeoutMs })).rejects.toThrow();
  expect(requests).toBe(3);
});
