import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { expect, test } from 'vitest';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { ServerStopper } from '../../src/workers/server-stopper.js';

/** A backend whose stops fail `failures` times; `stops` has when each was called, in milliseconds. */
function failingBackend(failures: number) {
  const stops: number[] = [];
  const stop = async () => {
    stops.push(performance.now());
    if (stops.length <= failures) throw new Error('the engine does not answer');
  };
  return { backend: { stop } as unknown as WorkerBackend, stops };
}
const log = pino({ level: 'silent' });

test('a server that could not be stopped is stopped again after 1 s, until that works', async () => {
  const { backend, stops } = failingBackend(1);
  const stopper = new ServerStopper({ log });
  const stopping = await stopper.stop(backend, 'worker');
  expect(await stopping!.later).toBe(true);
  expect(stops).toHaveLength(2);
  expect(stops[1]! - stops[0]!).toBeGreaterThan(990);
  await sleep(1_200);
  expect(stops).toHaveLength(2);
});

test('another stop replaces the retries', async () => {
  const { backend, stops } = failingBackend(1);
  const stopper = new ServerStopper({ log });
  const stopping = await stopper.stop(backend, 'worker');
  expect(await stopper.stop(backend, 'worker')).toBeNull();
  expect(await stopping!.later).toBe(false);
  await sleep(1_200);
  expect(stops).toHaveLength(2);
});

test('a closed stopper retries nothing', async () => {
  const { backend, stops } = failingBackend(9);
  const stopper = new ServerStopper({ log });
  const stopping = await stopper.stop(backend, 'worker');
  stopper.close();
  expect(await stopping!.later).toBe(false);
  await sleep(1_200);
  expect(stops).toHaveLength(1);
});
