import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';

/**
 * Writes that the time of an execution has passed, before it is interrupted for that: if this process ends before the end of the
 * execution is written, the next one knows why it was interrupted.
 * @returns false when another gateway has taken over the kernels: nothing is written then
 */
export async function markTimedOut({ prisma, epoch }: OwnerTarget, executionId: string): Promise<boolean> {
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, marked AS (
      UPDATE "Execution" SET "timedOutAt" = ${new Date()}::timestamptz
      FROM owned WHERE "id" = ${executionId}::uuid AND "finishedAt" IS NULL AND "timedOutAt" IS NULL)
    SELECT count(*) AS "owned" FROM owned`;
  return found!.owned > 0;
}
