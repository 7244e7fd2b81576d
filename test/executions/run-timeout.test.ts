import pino from 'pino';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Execution } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../../src/engines/kernels/kernel-connection.js';
import { RunTimeout } from '../../src/executions/run-timeout.js';
import type { SessionKernels } from '../../src/sessions/session-kernels.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const interrupt = vi.fn(async () => {});
const restartUnresponsive = vi.fn<SessionKernels['restartUnresponsive']>(async () => {});
beforeEach(() => {
  interrupt.mockClear();
  restartUnresponsive.mockClear();
});

function begin(markTimedOut: () => Promise<boolean>, timedOutAt: Date | null = null): RunTimeout {
  return new RunTimeout({
    execution: { timeoutSeconds: 1, sessionId: 's', timedOutAt } as Execution,
    kernel: { interrupt } as unknown as KernelConnection,
    kernels: { restartUnresponsive } as unknown as SessionKernels,
    log: pino({ level: 'silent' }),
    startedAt: new Date(),
    markTimedOut,
  });
}

it('a run whose time has passed is interrupted, and its kernel restarted when that does not help', async () => {
  const timeout = begin(async () => true);
  await vi.advanceTimersByTimeAsync(1_500);
  expect([timeout.hasPassed, interrupt.mock.calls.length]).toEqual([true, 1]);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(restartUnresponsive).toHaveBeenCalledOnce();
  const isNeeded = restartUnresponsive.mock.calls[0]![2];
  expect(isNeeded()).toBe(true);
  timeout.clear();
  expect(isNeeded()).toBe(false);
});

it('a gateway that does not run the kernels any more interrupts nothing', async () => {
  const timeout = begin(async () => false);
  await vi.advanceTimersByTimeAsync(20_000);
  expect([timeout.hasPassed, interrupt.mock.calls.length]).toEqual([false, 0]);
  expect(restartUnresponsive).not.toHaveBeenCalled();
});

it('a run that an earlier process has interrupted for its time has timed out, whenever it ends', () => {
  const timeout = begin(async () => true, new Date());
  timeout.clear();
  expect([timeout.hasPassed, interrupt.mock.calls.length]).toEqual([true, 0]);
});

it('a run that ends while that is written is not interrupted', async () => {
  let answer: (isOurs: boolean) => void = () => {};
  const timeout = begin(
    () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  );
  await vi.advanceTimersByTimeAsync(1_500);
  timeout.clear();
  answer(true);
  await vi.advanceTimersByTimeAsync(20_000);
  expect(interrupt).not.toHaveBeenCalled();
});
