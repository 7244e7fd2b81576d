import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';

/** Writes that an execution runs, unless it has ended or another gateway has taken over the kernels. */
export async function markRunning(
  { prisma, epoch }: OwnerTarget,
  executionId: string,
  startedAt: Date,
): Promise<void> {
  await prisma.$executeRaw`
    WITH ${ownedBy(epoch())}
    UPDATE "Execution" SET "status" = 'running', "startedAt" = ${startedAt}::timestamptz
    FROM owned WHERE "id" = ${executionId}::uuid AND "finishedAt" IS NULL`;
}
