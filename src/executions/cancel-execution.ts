import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import type { ExecutionServices } from './execution-services.js';
import { loadOwnExecution } from './load-own-execution.js';

/**
 * Removes an execution from the queue of its session; its log ends with the status `cancelled`. The caller needs the
 * scope `execute` and `can_edit`, and must have started the session or be a space admin.
 * @param within the space and the session that it must belong to; default any
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `execution_finished` when it is not queued;
 *   `runtime_unavailable` while a gateway that has just started does not know yet whether it is
 */
export async function cancelExecution(
  services: ExecutionServices,
  ctx: RequestContext,
  executionId: string,
  within: { spaceSlug?: string | null; sessionId?: string | null } = {},
): Promise<Execution> {
  const execution = await loadOwnExecution(services, ctx, executionId, within);
  const cancelled = { reason: 'requested', userId: ctx.actor.userId };
  if (!(await services.executor.cancel(execution, cancelled))) {
    throw new DomainError(
      'execution_finished',
      'This execution is not queued any more; interrupt the session to stop what runs.',
    );
  }
  return services.prisma.execution.findUniqueOrThrow({ where: { id: execution.id } });
}
