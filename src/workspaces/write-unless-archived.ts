import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { notFound } from '../errors.js';
import { assertNotArchived } from './load-workspace.js';

/**
 * Runs a write in a transaction unless the workspace is archived. The transaction locks the workspace row, so an archiving on
 * any replica waits for it and then sees the written rows, for example a worker to stop.
 * @throws DomainError `workspace_archived`, `not_found` when the workspace was deleted, and what `write` throws
 */
export function writeUnlessArchived<T>(
  prisma: PrismaClient,
  workspaceId: string,
  write: (tx: Prisma.TransactionClient) => Promise<T>,
): Promise<T> {
  return prisma.$transaction(async (tx) => {
    const [workspace] = await tx.$queryRaw<{ archivedAt: Date | null }[]>`
      SELECT "archivedAt" FROM "Workspace" WHERE "id" = ${workspaceId}::uuid FOR SHARE`;
    if (!workspace) throw notFound('The workspace');
    assertNotArchived(workspace);
    return write(tx);
  });
}
