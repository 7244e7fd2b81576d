import { expect } from 'vitest';
import { readEvents } from './sse.js';
import type { WorkerClient } from './worker-client.js';

/**
 * Asserts that an idle worker and a busy one outlive the gateway, with the memory of their kernel.
 * @param killAndStart kills the gateway, starts it again, and returns the worker once all is owned
 * @returns the id of the worker, which is idle
 */
export async function expectMemoryKept(
  client: WorkerClient,
  killAndStart: (workerId: string) => Promise<unknown>,
): Promise<string> {
  const { id, worker_id } = await client.openSession();
  const status = async () => (await client.find(worker_id)).status;
  await client.printed(id, 'kept = 41');
  expect(await killAndStart(worker_id)).toMatchObject({ status: 'ready' });
  expect(await client.printed(id, 'print(kept + 1)')).toBe('42\n');

  const busy = await client.run(id, "import time\nprint('begun', flush=True)\ntime.sleep(600)");
  await readEvents(busy, ({ data }) => data.type === 'stream');
  await expect.poll(status).toBe('busy');
  await killAndStart(worker_id);
  // The cell goes on.
  await expect.poll(status).toBe('busy');
  expect((await client.call('POST', `/sessions/${id}/interrupt`)).status).toBe(200);
  await expect.poll(status).toBe('ready');
  expect(await client.printed(id, 'print(kept + 1)')).toBe('42\n');
  return worker_id;
}
