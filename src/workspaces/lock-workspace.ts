import type { Prisma } from '../../prisma/generated/client/client.js';
import { workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { notFound } from '../errors.js';
import { assertMay, type LoadedWorkspace, type Need } from './load-workspace.js';
import type { SharedWorkspace } from './read-workspace-access.js';

/**
 * Locks the row of a loaded workspace until the transaction ends, reads it again, and authorizes the caller again: somebody may
 * have changed its sharing since it was loaded. The caller's role and teams are those that the request began with.
 * @returns the workspace as it is now; it may have been archived meanwhile
 * @throws DomainError `forbidden` when the caller lacks `need` now, `not_found` when it was deleted
 */
export async function lockWorkspace(
  tx: Prisma.TransactionClient,
  ctx: RequestContext,
  { access, workspace: { id } }: Pick<LoadedWorkspace, 'access' | 'workspace'>,
  need: Need,
): Promise<SharedWorkspace> {
  // NO KEY: rows that refer to the workspace, such as runs, are written without waiting.
  await tx.$queryRaw`SELECT 1 FROM "Workspace" WHERE "id" = ${id}::uuid FOR NO KEY UPDATE`;
  const workspace = await tx.workspace.findUnique({ where: { id }, include: { grants: true } });
  if (!workspace) throw notFound('The workspace');
  assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, workspace), need);
  return workspace;
}
