import type { OutputsSave } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';

/** What has become of a save of outputs. */
export type OutputsSaveResult = Pick<OutputsSave, 'status'> &
  Partial<Pick<OutputsSave, 'commitOid' | 'errorCode' | 'errorDetail'>>;

/**
 * Writes what has become of a save of outputs, unless its execution was removed meanwhile.
 * @throws FormerOwnerError: the new owner saves them, or finds the commit
 */
export async function writeOutputsSave(
  { prisma, epoch }: OwnerTarget,
  executionId: string,
  { status, commitOid = null, errorCode = null, errorDetail = null }: OutputsSaveResult,
): Promise<void> {
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, written AS (
      UPDATE "OutputsSave" SET "status" = ${status}::"OutputsSaveStatus", "commitOid" = ${commitOid}::text,
        "errorCode" = ${errorCode}::text, "errorDetail" = ${errorDetail}::text
      FROM owned WHERE "executionId" = ${executionId}::uuid)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}
