import type { Prisma } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { insertOnce } from '../engines/database/insert-once.js';
import { assertOwned, type OwnerTarget } from '../engines/database/owner-target.js';
import { takenOver } from '../engines/database/taken-over.js';
import { writeUnlessArchived } from '../workspaces/write-unless-archived.js';

/**
 * Inserts the row of a worker or session, unless its workspace is archived; once, also where that is repeated in a short
 * outage. A new owner of the runtime finds the row, and a former one, which could not end what it started, inserts none.
 * @param row.insert writes a row whose id was chosen before
 * @param row.find reads it by that id
 * @throws DomainError `workspace_archived`, `not_found` when the workspace was deleted, `runtime_unavailable` when another
 *   gateway has taken over the kernels, and what `row.insert` throws
 */
export async function insertAsOwner<T>(
  { prisma, epoch }: OwnerTarget,
  workspaceId: string,
  row: {
    insert(tx: Prisma.TransactionClient): Promise<T>;
    find(tx: Prisma.TransactionClient): Promise<T | null>;
  },
): Promise<T> {
  const insert = () =>
    writeUnlessArchived(prisma, workspaceId, async (tx) => {
      const inserted = await row.insert(tx);
      await assertOwned(tx, epoch());
      return inserted;
    });
  try {
    return await insertOnce(insert, () => row.find(prisma));
  } catch (error) {
    throw error instanceof FormerOwnerError ? takenOver('nothing was started', error) : error;
  }
}
