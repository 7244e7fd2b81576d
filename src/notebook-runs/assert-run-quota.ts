import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';

const maxUnfinished = 50;

/** Keeps the unfinished runs of a user in bounds. @throws DomainError `quota_exceeded` when there are 50 */
export async function assertRunQuota({ prisma }: PrismaService, userId: string): Promise<void> {
  const count = await prisma.notebookRun.count({ where: { userId, finishedAt: null } });
  if (count < maxUnfinished) return;
  throw new DomainError(
    'quota_exceeded',
    `You have ${maxUnfinished} runs of notebooks that have not ended; wait for one, or cancel one.`,
  );
}
