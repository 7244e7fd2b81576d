import { randomUUID } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import type { KernelConnection } from '../../../src/engines/kernels/kernel-connection.js';
import type { KernelQuestion } from '../../../src/engines/kernels/kernel-questions.js';
import { beginEndlessCell, runCell, startPython, timeToFinish } from '../../support/kernel.js';
import { client, kernel, setUpKernel } from './kernel-fixture.js';

setUpKernel();

const isWhole = { type: 'is_complete', content: { code: 'for i in x:' } } as const;
const subshells = async (asked: KernelConnection) => {
  const { text } = await runCell(
    asked,
    'print(len(get_ipython().kernel.shell_channel_thread.manager.list_subshell()))',
  );
  return Number(text);
};

test('a kernel with subshells answers every question while it runs a cell, in one subshell', async () => {
  await runCell(kernel, 'some_name = 1');
  const { done } = await beginEndlessCell(kernel);
  const questions: [KernelQuestion, object][] = [
    [isWhole, { status: 'incomplete' }],
    [
      { type: 'complete', content: { code: 'some_na', cursor_pos: 7 } },
      { status: 'ok', matches: ['some_name'] },
    ],
    [
      { type: 'inspect', content: { code: 'some_name', cursor_pos: 3 } },
      { status: 'ok', found: true },
    ],
    [
      { type: 'history', content: { hist_access_type: 'tail', n: 1, output: false, raw: true } },
      { status: 'ok', history: [[1, 2, expect.stringContaining('time.sleep(600)')]] },
    ],
  ];
  for (const [question, answer] of questions) {
    // A kernel loads what completes code at its first completion, which takes longer than a second.
    await vi.waitFor(async () => expect(await kernel.questions.ask(question)).toMatchObject(answer), {
      timeout: 20_000,
    });
  }
  await Promise.all(Array.from({ length: 8 }, () => kernel.questions.ask(isWhole)));
  await kernel.interrupt();
  expect(await done).toMatchObject({ status: 'error' });
  expect(await subshells(kernel)).toBe(1);
}, 60_000);

test('a connection finds the subshell that an earlier one has left, and another after a restart', async () => {
  const clientId = randomUUID();
  const first = await startPython(client, { clientId });
  await first.questions.ask(isWhole);
  first.dispose();
  const signal = AbortSignal.timeout(30_000);
  const again = await client.attachKernel({ kernelId: first.kernelId, clientId, signal });
  again.release();
  await again.questions.ask(isWhole);
  expect(await subshells(again)).toBe(1);
  await again.restart();
  expect(await again.questions.ask(isWhole)).toMatchObject({ status: 'incomplete' });
  expect(await subshells(again)).toBe(1);
  await again.shutdown();
}, 60_000);

test('a kernel without subshells answers while it is idle, and is busy immediately while it runs a cell', async () => {
  const clientId = randomUUID();
  const first = await startPython(client, { clientId });
  const hide = `Kernel = type(get_ipython().kernel)
info = Kernel.kernel_info
Kernel.kernel_info = property(lambda self: {**info.fget(self), 'supported_features': []})`;
  expect((await runCell(first, hide)).reply.status).toBe('ok');
  first.dispose();
  const signal = AbortSignal.timeout(30_000);
  const plain = await client.attachKernel({ kernelId: first.kernelId, clientId, signal });
  plain.release();
  await vi.waitFor(() => expect(plain.status).toBe('idle'), 10_000);
  expect(await plain.questions.ask(isWhole)).toMatchObject({ status: 'incomplete' });
  expect(await subshells(plain)).toBe(0);
  await beginEndlessCell(plain);
  const { ms, error } = await timeToFinish(plain.questions.ask(isWhole));
  expect(error).toMatchObject({ code: 'kernel_busy' });
  expect(ms).toBeLessThan(200);
  await plain.shutdown();
}, 60_000);

test('a kernel that lets no thread run is busy after a second, and questions have a bound', async () => {
  const stuck = await startPython(client);
  await stuck.questions.ask(isWhole);
  const cell = runCell(stuck, 'import ctypes; ctypes.PyDLL(None).sleep(8)');
  await vi.waitFor(async () => {
    await expect(stuck.questions.ask(isWhole)).rejects.toMatchObject({ code: 'kernel_busy' });
  }, 5_000);
  const all = await Promise.allSettled(Array.from({ length: 40 }, () => stuck.questions.ask(isWhole)));
  const codes = all.map((one) => (one.status === 'rejected' ? one.reason.code : 'answered'));
  expect(codes.filter((code) => code === 'overloaded')).toHaveLength(24);
  await cell;
  expect(await stuck.questions.ask(isWhole)).toMatchObject({ status: 'incomplete' });
  await stuck.shutdown();
}, 60_000);
