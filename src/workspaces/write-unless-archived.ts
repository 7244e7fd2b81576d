import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { notFound } from '../errors.js';
import { assertNotArchived } from './load-workspace.js';

/**
 * Writes what must not begin in an archived workspace, in a transaction that keeps it from being archived meanwhile: who
 * archives it afterwards, on any replica, finds what was written.
 * @throws DomainError `workspace_archived`, `not_found` when it is gone
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
