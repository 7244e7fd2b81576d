import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import { invalidField } from '../errors.js';
import type { FileServices } from '../files/file-services.js';
import { checkTargetBranch, loadFileTarget } from '../files/file-target.js';
import type { LoadedSession } from '../sessions/load-session.js';

/**
 * Checks a cell into which the outputs of its run are to be saved. Whether the notebook has it counts at the end of the run.
 * @throws FieldError `invalid_request` for a cell without an id and for a session without a notebook
 */
export function checkSavedCell(
  { session }: Pick<LoadedSession, 'session'>,
  cellId: string | null | undefined,
): void {
  if (cellId == null) throw invalidField('cellId', 'is required with saveOutputs', 'missing');
  if (!session.path?.endsWith('.ipynb'))
    throw invalidField('saveOutputs', 'needs a session that has a notebook');
}

/**
 * Checks that the caller may have outputs saved on the branch of a session.
 * @throws DomainError `insufficient_scope`, `forbidden`, `branch_protected`, `workspace_archived`, `not_found`
 */
export async function checkSaveTarget(
  services: FileServices,
  ctx: RequestContext,
  { session, access }: LoadedSession,
): Promise<void> {
  requireScope(ctx, 'write');
  const { repositoryId } = await services.prisma.worker.findUniqueOrThrow({
    where: { id: session.workerId },
    select: { repositoryId: true },
  });
  const target = await loadFileTarget(services, ctx, access.space.slug, { repositoryId }, 'edit');
  await checkTargetBranch(services, target, session.branch);
}
