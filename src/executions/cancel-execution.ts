import type { Execution } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import { loadSpace } from '../access/load-space.js';
import { workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { DomainError, notFound } from '../errors.js';
import { loadSessionById } from '../sessions/load-session.js';
import { assertMay } from '../workspaces/load-workspace.js';
import type { ExecutionServices } from './execution-services.js';
import { loadExecution } from './read-execution.js';

/**
 * Removes an execution from the queue of its session; its log ends with the status `cancelled`. The caller needs the
 * scope `execute` and `can_edit`, and must have started the session or be a space admin.
 * @param within the space and the session that it must belong to; default any
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `execution_finished` when it is not queued
 */
export async function cancelExecution(
  services: ExecutionServices,
  ctx: RequestContext,
  executionId: string,
  within: { spaceSlug?: string | null; sessionId?: string | null } = {},
): Promise<Execution> {
  const { spaceSlug, sessionId } = within;
  const spaceId = spaceSlug == null ? undefined : (await loadSpace(services, ctx, spaceSlug)).space.id;
  const execution = await loadExecution(services, ctx, executionId, { spaceId, sessionId, scope: 'execute' });
  const loaded = await loadSessionById(services, ctx, execution.sessionId, notFound('The execution'), {
    scope: 'execute',
  });
  assertMay(
    workspacePermissions({ userId: ctx.actor.userId, access: loaded.access }, loaded.workspace),
    'edit',
  );
  assertOwnerOrAdmin(ctx, loaded, loaded.session);
  if (!(await services.executor.cancel(execution, ctx.actor.userId))) {
    throw new DomainError(
      'execution_finished',
      'This execution is not queued any more; interrupt the session to stop what runs.',
    );
  }
  return services.prisma.execution.findUniqueOrThrow({ where: { id: execution.id } });
}
