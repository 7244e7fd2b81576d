import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';

const maxUnfinished = 50;

/** @throws DomainError `quota_exceeded` when a user has 50 runs of notebooks that have not ended */
export async function assertRunQuota({ prisma }: PrismaService, userId: string): Promise<void> {
  const count = await prisma.notebookRun.count({ where: { userId, finishedAt: null } });
  if (count < maxUnfinished) return;
  throw new DomainError(
    'quota_exceeded',
    `You have ${maxUnfinished} runs of notebooks that have not ended; wait for one, or cancel one.`,
  );
}
