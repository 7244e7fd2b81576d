import type { NotebookRun } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';

/** Where the executed notebook of a run is, or why it could not be saved. */
export interface RunResult
  extends Partial<Pick<NotebookRun, 'savedCommitOid' | 'saveErrorCode' | 'saveErrorDetail'>> {
  /** Null where it is saved; default what the row has. */
  notebook?: Uint8Array | null;
  /** The indexes of the cells whose outputs are not whole; default that there is no executed notebook. */
  truncatedCells?: number[];
}

/** The end of a run. */
export type WrittenEnd = Pick<NotebookRun, 'status' | 'finishedAt'> &
  Partial<Pick<NotebookRun, 'errorCode' | 'errorDetail'>> &
  RunResult;

/**
 * Writes the end of a run, unless it was removed meanwhile.
 * @throws FormerOwnerError: the new owner goes on with it
 */
export async function writeRunEnd(
  { prisma, epoch }: OwnerTarget,
  runId: string,
  { status, finishedAt, errorCode, errorDetail, notebook, truncatedCells, ...saved }: WrittenEnd,
): Promise<void> {
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, ended AS (
      UPDATE "NotebookRun" SET "status" = ${status}::"NotebookRunStatus", "finishedAt" = ${finishedAt}::timestamptz,
        "errorCode" = ${errorCode ?? null}::text, "errorDetail" = ${errorDetail ?? null}::text,
        "savedCommitOid" = ${saved.savedCommitOid ?? null}::text,
        "saveErrorCode" = ${saved.saveErrorCode ?? null}::text,
        "saveErrorDetail" = ${saved.saveErrorDetail ?? null}::text,
        "truncatedCells" = ${truncatedCells ? JSON.stringify(truncatedCells) : null}::jsonb,
        "notebook" = CASE WHEN ${notebook === undefined}::boolean THEN "notebook" ELSE ${notebook ?? null}::bytea END
      FROM owned WHERE "id" = ${runId}::uuid)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}
