import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ExecStream } from '../../src/workers/backends/docker/exec-stream.js';

/** A frame of the engine: 1 is the standard output, 2 the standard error. */
function frame(kind: number, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = kind;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

describe('the stream of a program in a container', () => {
  let server: Server;
  let engine: Socket;
  let stream: ExecStream;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
    [[engine]] = await Promise.all([
      once(server, 'connection') as Promise<[Socket]>,
      once(client, 'connect'),
    ]);
    engine.on('error', () => {});
    stream = new ExecStream(client);
  });
  afterEach(() => {
    engine.destroy();
    stream.destroy();
    server.close();
  });

  test('has the standard output only, however the frames are cut', async () => {
    const bytes = Buffer.concat([frame(1, 'one '), frame(2, 'error'), frame(1, ''), frame(1, 'two')]);
    engine.setNoDelay();
    for (const byte of bytes) {
      engine.write(Buffer.from([byte]));
      await new Promise((resolve) => setImmediate(resolve));
    }
    engine.end();
    let text = '';
    for await (const chunk of stream) text += chunk;
    expect(text).toBe('one two');
    expect(stream.bytesRead).toBe(bytes.length);
  });

  test('sends its input as it is, and its end', async () => {
    stream.end('input');
    let text = '';
    for await (const chunk of engine) text += chunk;
    expect(text).toBe('input');
  });

  test('makes the engine wait while nobody reads', async () => {
    let isDrained = false;
    engine.on('drain', () => {
      isDrained = true;
    });
    for (let sent = 0; sent < 64; sent += 1) engine.write(frame(1, 'x'.repeat(1024 * 1024)));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(isDrained).toBe(false);
    expect(stream.bytesRead).toBeLessThan(8 * 1024 * 1024);
    let length = 0;
    engine.end();
    for await (const chunk of stream) length += chunk.length;
    expect(length).toBe(64 * 1024 * 1024);
  });

  test('has all that arrived before the end, also for a reader that begins after the connection was closed', async () => {
    engine.end(frame(1, 'x'.repeat(5_000)));
    await new Promise((resolve) => setTimeout(resolve, 200));
    let length = 0;
    for await (const chunk of stream) length += chunk.length;
    expect(length).toBe(5_000);
    await vi.waitUntil(() => stream.destroyed, 10_000);
  });

  test('fails when the connection does, and reports silence when that is asked', async () => {
    stream.setTimeout(50);
    await once(stream, 'timeout');
    const failed = once(stream, 'error');
    engine.resetAndDestroy();
    expect(await failed).toMatchObject([{ code: 'ECONNRESET' }]);
    expect(stream.destroyed).toBe(true);
  });
});
