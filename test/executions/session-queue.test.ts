import { randomUUID } from 'node:crypto';
import pino from 'pino';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Execution } from '../../prisma/generated/client/client.js';
import { DomainError } from '../../src/errors.js';
import type { RunDeps } from '../../src/executions/run.js';
import { SessionQueue } from '../../src/executions/session-queue.js';

const sessionId = randomUUID();
const execution = (position: number) =>
  ({ id: `execution ${position}`, position: BigInt(position), sessionId, startedAt: null }) as Execution;
const lost = new DomainError('worker_lost', 'The worker stopped answering.');
const cancelled = { reason: 'session_restarted', userId: 'a' };

let ended: string[];
let loseKernel: () => void;
let queue: SessionQueue;
beforeEach(() => {
  ended = [];
  const reopened = new Promise<never>((_, reject) => {
    loseKernel = () => reject(lost);
  });
  const deps = {
    log: pino({ level: 'silent' }),
    executionLog: {
      state: async () => ({ sequence: 1, position: 0, size: 0 }),
      read: async () => [],
      writer: (id: string) => ({
        finish: async (_: unknown, { status }: { status: string }) => ended.push(`${id} ${status}`),
      }),
    },
    kernels: {
      reopened: () => reopened,
      ready: () => Promise.reject(lost),
    },
  };
  queue = new SessionQueue(deps as unknown as RunDeps, sessionId);
});

it('ends or runs executions in the order of their rows, not in that of their answers', async () => {
  for (const position of [3, 1, 2]) queue.push(execution(position));
  while (!queue.isDone) await queue.runNext();
  expect(ended).toEqual(['execution 1 failed', 'execution 2 failed', 'execution 3 failed']);
});

describe('the first execution that an earlier process left', () => {
  it('cannot be cancelled while it is not known whether it was sent; those behind it can', async () => {
    queue.resume({ sessionId, spoolId: 'a', first: execution(1), queued: [execution(2)] });
    await expect(queue.cancel(execution(1), cancelled)).rejects.toMatchObject({
      code: 'runtime_unavailable',
    });
    expect(await queue.cancel(execution(2), cancelled)).toBe(true);
    expect(ended).toEqual(['execution 2 cancelled']);
  });

  it('is not queued any more when it has begun', async () => {
    const first = { ...execution(1), startedAt: new Date() };
    queue.resume({ sessionId, spoolId: 'a', first, queued: [] });
    expect(await queue.cancel(first, cancelled)).toBe(false);
  });
});

describe('an execution of an earlier process whose kernel is going to be ended', () => {
  let resumed: Promise<void>;
  beforeEach(async () => {
    queue.resume({ sessionId, spoolId: 'a', first: execution(1), queued: [execution(2)] });
    resumed = queue.runNext();
    await queue.clear({ cancelled });
    // What was not sent can end now; the other one may still run.
    expect(ended).toEqual(['execution 2 cancelled']);
  });

  it('ends as cancelled once the kernel has ended', async () => {
    await queue.kernelEnded();
    expect(ended).toEqual(['execution 2 cancelled', 'execution 1 cancelled']);
    loseKernel();
    await resumed;
    expect(ended).toHaveLength(2);
  });

  it('ends as cancelled when its kernel is not found again', async () => {
    loseKernel();
    await resumed;
    expect(ended.at(-1)).toBe('execution 1 cancelled');
  });

  it('ends for another reason where the kernel was not ended after all', async () => {
    queue.withdrawCancellation(cancelled);
    await queue.kernelEnded();
    loseKernel();
    await resumed;
    expect(ended.at(-1)).toBe('execution 1 failed');
  });
});
