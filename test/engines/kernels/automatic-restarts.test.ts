import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import { beginEndlessCell, runCell, startPython, timeToFinish, untilStatus } from '../../support/kernel.js';
import { type StockJupyter, startStockJupyter } from '../../support/stock-jupyter.js';

/** Starts a kernel that has died again, and has no relay. */
let jupyter: StockJupyter;
let client: JupyterClient;
let kernel: KernelConnection;
let pid: number;
beforeAll(async () => {
  jupyter = await startStockJupyter();
  client = new JupyterClient(jupyter.endpoint);
}, 300_000);
afterAll(async () => {
  client?.dispose();
  await jupyter?.close();
}, 30_000);
beforeEach(async () => {
  kernel = await startPython(client);
  pid = Number((await runCell(kernel, 'import os\nprint(os.getpid())')).text);
}, 60_000);
afterEach(async () => {
  kernel.dispose();
  await client.removeKernel(kernel.kernelId);
}, 30_000);

/** Kills the kernel; resolves once the connections to it are closed, and before its server looks for it. */
async function die(): Promise<void> {
  process.kill(pid, 'SIGKILL');
  await sleep(300);
}
const ran = (name: string) => readFile(join(jupyter.folder, name), 'utf8').catch(() => '');
const code = (name: string) => `_ = open('${name}', 'a').write('x')\nprint('ran')`;

// Its output may be lost: the server may not listen to the next kernel yet.
test('a cell that waits while its server finds the kernel dead runs once, in the next one', async () => {
  await die();
  const { reply } = await runCell(kernel, code('waiting'));
  expect(reply).toEqual({ status: 'ok', executionCount: 1 });
  await untilStatus(kernel, 'idle');
  expect((await runCell(kernel, "print('on')")).text).toBe('on\n');
  expect(await ran('waiting')).toBe('x');
}, 60_000);

test('such a cell can be interrupted as soon as the next kernel has begun it', async () => {
  await die();
  const done = runCell(kernel, "_ = open('begun', 'a').write('x')\nimport time\ntime.sleep(600)");
  await expect.poll(() => ran('begun'), { timeout: 20_000 }).toBe('x');
  await kernel.interrupt();
  expect((await done).reply.status).toBe('error');
}, 60_000);

test('a cell that went to the old kernel fails once the next one has answered, and never runs', async () => {
  process.kill(pid, 'SIGSTOP');
  const running = runCell(kernel, code('taken'));
  running.catch(() => {});
  // The stopped process has it in its socket.
  await sleep(500);
  process.kill(pid, 'SIGKILL');
  expect((await timeToFinish(running)).error).toMatchObject({ reason: 'kernel_died' });
  await untilStatus(kernel, 'idle');
  expect((await runCell(kernel, "print('on')")).text).toBe('on\n');
  expect(await ran('taken')).toBe('');
}, 60_000);

test('a cell that has printed something fails with its kernel', async () => {
  const { done } = await beginEndlessCell(kernel);
  process.kill(pid, 'SIGKILL');
  expect((await timeToFinish(done)).error).toMatchObject({ reason: 'kernel_died' });
  await untilStatus(kernel, 'idle');
}, 60_000);
