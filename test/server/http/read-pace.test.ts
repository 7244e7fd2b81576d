import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { ReadPace } from '../../../src/server/http/read-pace.js';

const mib = 1024 * 1024;
/** What one socket may still hand over after it was paused. */
const maxMoreBytes = 128 * 1024;

it('reads a bounded number of bytes in each iteration of the event loop, and all of them in the end', async () => {
  const pace = new ReadPace(mib);
  const received = new Map<IncomingMessage, number>();
  let inIteration = 0;
  let max = 0;
  const server = createServer((req, res) => {
    received.set(req, 0);
    req.on('data', (chunk: Buffer) => {
      received.set(req, received.get(req)! + chunk.length);
      if (inIteration === 0)
        setImmediate(() => {
          inIteration = 0;
        });
      inIteration += chunk.length;
      max = Math.max(max, inIteration);
      pace.count(req, chunk.length);
    });
    req.once('end', () => res.end());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const senders = 8;
  const body = Buffer.alloc(8 * mib);
  const answers = Array.from({ length: senders }, async () => {
    const sent = request({ port, host: '127.0.0.1', method: 'POST' }).end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.resume();
  });
  await Promise.all(answers);
  expect([...received.values()]).toEqual(Array(senders).fill(body.length));
  expect(max).toBeLessThanOrEqual(mib + senders * maxMoreBytes);
  server.close();
});

it('does not resume a request that was left', async () => {
  const pace = new ReadPace(1);
  const calls: string[] = [];
  const req = {
    pause: () => calls.push('pause'),
    resume: () => calls.push('resume'),
  } as unknown as IncomingMessage;
  pace.count(req, 2);
  pace.leave(req);
  await nextIteration();
  expect(calls).toEqual(['pause']);
  pace.count(req, 2);
  await nextIteration();
  expect(calls).toEqual(['pause', 'pause', 'resume']);
});
