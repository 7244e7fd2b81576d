import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import { checkTargetBranch, loadFileTarget } from '../files/file-target.js';
import type { LoadedSession } from '../sessions/load-session.js';

/**
 * Checks a request to save the outputs of a run into its cell: the session has a notebook, and the caller may write to its
 * branch. Whether the cell is there counts at the end of the run.
 * @throws DomainError `insufficient_scope`, `forbidden`, `branch_protected`, `workspace_archived`, `not_found`;
 *   `invalid_request` for a cell without an id and for a session without a notebook
 */
export async function checkSaveOutputs(
  services: FileServices,
  ctx: RequestContext,
  { session, access }: LoadedSession,
  cellId: string | null | undefined,
): Promise<void> {
  requireScope(ctx, 'write');
  if (cellId == null) throw invalidField('cellId', 'is required with saveOutputs', 'missing');
  if (!session.path?.endsWith('.ipynb'))
    throw invalidField('saveOutputs', 'needs a session that has a notebook');
  const { repositoryId } = await services.prisma.worker.findUniqueOrThrow({
    where: { id: session.workerId },
    select: { repositoryId: true },
  });
  const target = await loadFileTarget(services, ctx, access.space.slug, { repositoryId }, 'edit');
  await checkTargetBranch(services, target, session.branch);
}
