import pino from 'pino';
import { expect, it, vi } from 'vitest';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { EventBus } from '../../src/engines/events/event-bus.js';
import { KernelSlots } from '../../src/sessions/kernel-slots.js';
import { WarmKernels } from '../../src/sessions/warm-kernels.js';
import type { WorkerManager } from '../../src/workers/worker-manager.js';

it('however many checks are asked for while one goes on, one follows it', async () => {
  const answers: (() => void)[] = [];
  const findMany = vi.fn(
    () =>
      new Promise<[]>((resolve) => {
        answers.push(() => resolve([]));
      }),
  );
  const warm = new WarmKernels({
    prisma: { warmPool: { findMany } } as unknown as PrismaClient,
    workers: {} as WorkerManager,
    ...{ epoch: () => 1, bus: new EventBus(), slots: new KernelSlots(), log: pino({ level: 'silent' }) },
  });
  warm.begin();
  await expect.poll(() => answers.length).toBe(1);
  const checks = Array.from({ length: 100 }, () => warm.refresh());
  expect(new Set(checks).size).toBe(1);
  answers.shift()!();
  await expect.poll(() => answers.length).toBe(1);
  answers.shift()!();
  await Promise.all(checks);
  await warm.close();
  expect(findMany).toHaveBeenCalledTimes(2);
});
