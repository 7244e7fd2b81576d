import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';

/**
 * Writes that a queued run has begun; one that has begun before keeps its time.
 * @throws FormerOwnerError: the new owner begins it
 */
export async function writeRunStart(
  { prisma, epoch }: OwnerTarget,
  runId: string,
  startedAt: Date,
): Promise<void> {
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, begun AS (
      UPDATE "NotebookRun" SET "status" = 'running', "startedAt" = ${startedAt}::timestamptz
      FROM owned WHERE "id" = ${runId}::uuid AND "startedAt" IS NULL AND "finishedAt" IS NULL)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}

/** Writes the session that a run has opened. @throws FormerOwnerError: the new owner opens one, or finds this one */
export async function writeRunSession(
  { prisma, epoch }: OwnerTarget,
  runId: string,
  sessionId: string,
): Promise<void> {
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, opened AS (
      UPDATE "NotebookRun" SET "sessionId" = ${sessionId}::uuid FROM owned WHERE "id" = ${runId}::uuid)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}
