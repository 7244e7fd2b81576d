import type { Prisma } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { assertOwned, type OwnerTarget } from '../engines/database/owner-target.js';
import { takenOver } from '../engines/database/taken-over.js';
import { writeUnlessArchived } from '../workspaces/write-unless-archived.js';

/**
 * Inserts the row of a worker or session, unless its workspace is archived. A new owner of the runtime finds the row, and a
 * former one, which could not end what it started, inserts none.
 * @throws DomainError `workspace_archived`, `not_found` when the workspace was deleted, `runtime_unavailable` when another
 *   gateway has taken over the kernels, and what `insert` throws
 */
export async function insertAsOwner<T>(
  { prisma, epoch }: OwnerTarget,
  workspaceId: string,
  insert: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  try {
    return await writeUnlessArchived(prisma, workspaceId, async (tx) => {
      const row = await insert(tx);
      await assertOwned(tx, epoch());
      return row;
    });
  } catch (error) {
    throw error instanceof FormerOwnerError ? takenOver('nothing was started', error) : error;
  }
}
