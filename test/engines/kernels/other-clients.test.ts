import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import { askJupyter, serverPidOf, startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { beginEndlessCell, runCell, startPython, timeToFinish, untilStatus } from '../../support/kernel.js';

let jupyter: TestJupyter;
let client: JupyterClient;
let kernel: KernelConnection;

beforeAll(async () => {
  jupyter = await startTestJupyter();
  client = new JupyterClient(jupyter.endpoint);
}, 300_000);
afterAll(async () => {
  client?.dispose();
  await jupyter?.close();
}, 30_000);

beforeEach(async () => {
  kernel = await startPython(client);
}, 60_000);
afterEach(async () => {
  kernel.dispose();
  await client.removeKernel(kernel.kernelId);
}, 30_000);

const ask = (method: string, path: string) =>
  askJupyter(jupyter.endpoint, method, `api/kernels/${kernel.kernelId}${path}`);

describe('a kernel that another client of the server', { timeout: 60_000 }, () => {
  test('removes is dead within 5 s, and ends its run', async () => {
    const { done } = await beginEndlessCell(kernel);
    expect((await ask('DELETE', '')).status).toBe(204);
    const { ms, error } = await timeToFinish(done);
    expect(error).toMatchObject({ name: 'KernelLostError', reason: 'kernel_died' });
    expect(ms).toBeLessThan(5_000);
    expect(kernel.status).toBe('dead');
  });

  test('removes while it is idle is dead too', async () => {
    await ask('DELETE', '');
    await untilStatus(kernel, 'dead');
    await expect(runCell(kernel, '1')).rejects.toMatchObject({ name: 'KernelLostError' });
  });

  test('restarts ends its run, and is idle again with an empty memory', async () => {
    await runCell(kernel, 'kept = 1');
    const { done } = await beginEndlessCell(kernel);
    const restart = ask('POST', '/restart');
    expect((await timeToFinish(done)).error).toMatchObject({ reason: 'kernel_died' });
    expect((await restart).status).toBe(200);
    await untilStatus(kernel, 'idle');
    expect((await runCell(kernel, 'kept')).reply.status).toBe('error');
  });

  test('restarts while it is idle is reported as restarting, then idle', async () => {
    const statuses: string[] = [];
    kernel.onStatus((status) => statuses.push(status));
    await ask('POST', '/restart');
    await untilStatus(kernel, 'idle');
    expect(statuses).toEqual(['restarting', 'idle']);
  });

  test('removed rejects a restart with kernel_died', async () => {
    await ask('DELETE', '');
    await expect(kernel.restart()).rejects.toMatchObject({ name: 'KernelLostError', reason: 'kernel_died' });
  });
});

describe('a run', { timeout: 60_000 }, () => {
  test('is interrupted also before its kernel has begun it', async () => {
    const request = { code: 'import time\ntime.sleep(30)', messageId: randomUUID() };
    const done = kernel.execute(request, () => {});
    expect(kernel.status).toBe('busy');
    await kernel.interrupt();
    // Aborted when the signal came just before the code.
    expect(['error', 'aborted']).toContain((await done).status);
  });

  test('ends when a shutdown is requested, even if the server does not answer', async () => {
    const { done } = await beginEndlessCell(kernel);
    const pid = await serverPidOf(jupyter);
    process.kill(pid, 'SIGSTOP');
    try {
      const shutdown = kernel.shutdown();
      expect((await timeToFinish(done)).error).toMatchObject({ reason: 'shutdown' });
      await expect(shutdown).rejects.toMatchObject({ code: 'runtime_unavailable' });
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });
});

test('a kernel without a connection can be removed by its id, twice', async () => {
  kernel.dispose();
  for (const _ of [1, 2]) await client.removeKernel(kernel.kernelId);
  expect((await ask('GET', '')).status).toBe(404);
}, 60_000);
