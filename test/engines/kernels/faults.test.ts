import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import {
  askJupyter,
  kernelsOf,
  serverPidOf,
  startTestJupyter,
  type TestJupyter,
} from '../../support/jupyter.js';
import { beginEndlessCell, runCell, startPython, timeToFinish, untilStatus } from '../../support/kernel.js';

let jupyter: TestJupyter;
let client: JupyterClient;
let kernel: KernelConnection;
const clientId = randomUUID();

beforeAll(async () => {
  jupyter = await startTestJupyter();
  client = new JupyterClient(jupyter.endpoint);
}, 300_000);
afterAll(async () => {
  client?.dispose();
  await jupyter?.close();
}, 30_000);

beforeEach(async () => {
  kernel = await startPython(client, { clientId });
}, 60_000);
afterEach(async () => {
  kernel.dispose();
  for (const id of await kernelsOf(jupyter.endpoint)) await client.removeKernel(id);
}, 30_000);

const attach = () =>
  new JupyterClient(jupyter.endpoint).attachKernel({
    kernelId: kernel.kernelId,
    clientId,
    signal: AbortSignal.timeout(30_000),
  });

describe('a run', { timeout: 60_000 }, () => {
  test('ends within 5 s when its kernel is killed, and the server starts no other kernel', async () => {
    const changes: unknown[] = [];
    kernel.onStatus((status, detail) => changes.push([status, detail]));
    const { pid, done } = await beginEndlessCell(kernel);
    process.kill(pid, 'SIGKILL');
    const { ms, error } = await timeToFinish(done);
    expect(error).toMatchObject({ name: 'KernelLostError', reason: 'kernel_died' });
    expect(ms).toBeLessThan(5_000);
    expect(kernel.status).toBe('dead');
    expect(changes.at(-1)).toEqual(['dead', { reason: 'kernel_died', hasExited: true }]);
    await sleep(2_000);
    const answer = await askJupyter(jupyter.endpoint, 'GET', `api/kernels/${kernel.kernelId}`);
    expect(answer.status).toBe(404);
  });

  test('ends within 5 s when the cell ends its own process', async () => {
    const { ms, error } = await timeToFinish(runCell(kernel, 'import os; os._exit(1)'));
    expect(error).toMatchObject({ reason: 'kernel_died' });
    expect(ms).toBeLessThan(5_000);
    expect(kernel.status).toBe('dead');
  });

  test('ends within 5 s when the server is killed', async () => {
    const killed = await startTestJupyter();
    const lost = await startPython(new JupyterClient(killed.endpoint));
    try {
      const { done } = await beginEndlessCell(lost);
      process.kill(await serverPidOf(killed), 'SIGKILL');
      const { ms, error } = await timeToFinish(done);
      expect(error).toMatchObject({ reason: 'connection_lost' });
      expect(ms).toBeLessThan(5_000);
      expect(lost.status).toBe('dead');
      await expect(runCell(lost, '1')).rejects.toMatchObject({ reason: 'connection_lost' });
    } finally {
      await killed.close();
    }
  });

  test('ends once the server has answered nothing for as long as the client allows', async () => {
    const impatient = await startPython(new JupyterClient(jupyter.endpoint, { maxSilenceMs: 3_000 }));
    const { done } = await beginEndlessCell(impatient);
    const pid = await serverPidOf(jupyter);
    process.kill(pid, 'SIGSTOP');
    try {
      const { ms, error } = await timeToFinish(done);
      expect(error).toMatchObject({ reason: 'connection_lost' });
      expect(ms).toBeGreaterThan(2_000);
      expect(ms).toBeLessThan(5_000);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  });

  test('continues after the server was stopped for 6 s, with all its output in order', async () => {
    const code = 'import time\nfor i in range(40):\n    print(i, flush=True)\n    time.sleep(0.2)';
    const running = runCell(kernel, code);
    const pid = await serverPidOf(jupyter);
    let silences = 0;
    kernel.monitor.onSilence(() => {
      silences += 1;
    });
    process.kill(pid, 'SIGSTOP');
    await sleep(6_000);
    expect(kernel.monitor.isSilent).toBe(true);
    process.kill(pid, 'SIGCONT');
    const { reply, text } = await running;
    expect(reply.status).toBe('ok');
    expect(text).toBe(Array.from({ length: 40 }, (_, i) => `${i}\n`).join(''));
    expect(silences).toBe(1);
    expect(kernel.monitor.isSilent).toBe(false);
  });

  test('continues while the cell prints nothing and the server works', async () => {
    const { reply } = await runCell(kernel, 'import time; time.sleep(8)');
    expect(reply.status).toBe('ok');
  });

  test('ends when a restart is requested', async () => {
    const { done } = await beginEndlessCell(kernel);
    const restarted = kernel.restart();
    expect((await timeToFinish(done)).error).toMatchObject({ reason: 'restarted' });
    await restarted;
    expect(kernel.status).toBe('idle');
    expect((await runCell(kernel, "print('on')")).reply).toEqual({ status: 'ok', executionCount: 1 });
  });

  test('ends when a shutdown is requested', async () => {
    const { done } = await beginEndlessCell(kernel);
    await kernel.shutdown();
    expect((await timeToFinish(done)).error).toMatchObject({ reason: 'shutdown' });
    await kernel.shutdown();
    expect(kernel.status).toBe('dead');
    await expect(attach()).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('attaching again with the same client id', { timeout: 60_000 }, () => {
  test('finds the idle kernel with its state', async () => {
    await runCell(kernel, 'x = 41');
    kernel.dispose();
    const again = await attach();
    // The server learns of the end of a run over another channel, so it may report the kernel as busy a moment longer. The
    // idle status is among the messages that wait for their reader then.
    again.release();
    await untilStatus(again, 'idle');
    expect((await runCell(again, 'print(x + 1)')).text).toBe('42\n');
    again.dispose();
  });

  test('finds a busy kernel as busy, which can be interrupted', async () => {
    // The server learns of it over another channel, which may not be there yet when a kernel is new.
    const patient = { timeout: 20_000 };
    const path = `api/kernels/${kernel.kernelId}`;
    const state = async () =>
      ((await (await askJupyter(jupyter.endpoint, 'GET', path)).json()) as any).execution_state;
    const stateAfterRun = () => runCell(kernel, 'None').then(state);
    await expect.poll(stateAfterRun, patient).toBe('idle');
    await beginEndlessCell(kernel);
    await expect.poll(state, patient).toBe('busy');
    kernel.dispose();
    const again = await attach();
    expect(again.status).toBe('busy');
    await again.interrupt();
    again.release();
    await untilStatus(again, 'idle');
    expect((await runCell(again, "print('on')")).text).toBe('on\n');
    again.dispose();
  });
});

describe('a start that is given up', { timeout: 60_000 }, () => {
  test('leaves no kernel behind', async () => {
    const signal = AbortSignal.timeout(100);
    const starting = client.startKernel({ kernelName: 'python3', path: '', clientId: randomUUID(), signal });
    await expect(starting).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect
      .poll(async () => (await kernelsOf(jupyter.endpoint)).length, { timeout: 20_000, interval: 200 })
      .toBe(1);
  });
});
