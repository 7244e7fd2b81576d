import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import { afterEach, expect, it } from 'vitest';
import { withCutBody } from '../../rest/with-cut-body.js';
import { rawRequest } from '../support/raw-request.js';

let server: ReturnType<typeof createServer>;
afterEach(() => server.close());

/** What a client receives of a body that fails after some chunks. */
async function received(chunks: string[], headers: Record<string, string> = {}) {
  const cuts: unknown[] = [];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) throw new Error('secret');
      controller.enqueue(new TextEncoder().encode(chunk));
    },
  });
  const answer = (_request: Request, connection: unknown) =>
    withCutBody(new Response(body, { headers }), (error) => {
      cuts.push(error);
      (connection as HttpBindings).outgoing.destroy();
    });
  server = createServer(getRequestListener(answer));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const { body: text } = await rawRequest(`http://127.0.0.1:${port}`, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  return { text, cuts };
}

it.each([
  ['immediately', []],
  ['after the first chunk', ['one']],
  ['after many chunks', Array.from({ length: 50 }, (_, n) => `chunk ${n} `)],
])('a body that fails %s has no text of the error, and no end', async (_when, chunks) => {
  for (const headers of [{}, { 'content-length': '1000' }]) {
    const { text, cuts } = await received([...chunks], headers as Record<string, string>);
    expect(cuts).toEqual([expect.objectContaining({ message: 'secret' })]);
    expect(text).not.toMatch(/secret|Error/);
    // The last chunk of a complete body.
    expect(text).not.toContain('\r\n0\r\n');
  }
});

it('a client that leaves while nothing comes is no failure of the body', async () => {
  const cuts: unknown[] = [];
  const silent = withCutBody(new Response(new ReadableStream()), (error) => cuts.push(error));
  const reader = silent.body!.getReader();
  const reading = reader.read();
  await setImmediate();
  await reader.cancel();
  expect(await reading).toEqual({ done: true, value: undefined });
  await setImmediate();
  expect(cuts).toEqual([]);
});
