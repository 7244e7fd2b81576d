import pino from 'pino';
import { expect, it } from 'vitest';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { FileFollower } from '../../src/workers/file-follower.js';
import type { WorkerDirectories } from '../../src/workers/worker-directories.js';
import type { WorkerRows } from '../../src/workers/worker-rows.js';
import { WorkerShutdown } from '../../src/workers/worker-shutdown.js';

it('the sessions of a worker that has ended end later, when the database did not answer for them', async () => {
  const shutdown = new WorkerShutdown({
    prisma: {} as PrismaClient,
    rows: { update: async () => true } as unknown as WorkerRows,
    follower: { unfollow: async () => {} } as unknown as FileFollower,
    directories: { directoryOf: () => '' } as unknown as WorkerDirectories,
    log: pino({ level: 'silent' }),
  });
  const ended: string[] = [];
  let tries = 0;
  shutdown.onEnded = async (workerId) => {
    tries += 1;
    if (tries <= 2) throw Object.assign(new Error('away'), { code: 'P1001' });
    ended.push(workerId);
  };
  await shutdown.stop('one', { reason: 'requested' }).catch(() => {});
  await expect.poll(() => ended).toEqual(['one']);
  await expect.poll(() => shutdown.isEnding('one')).toBe(false);
});
