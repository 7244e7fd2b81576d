import type { Execution } from '../../prisma/generated/client/client.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { authorizeWatch, countViewer, isInScope, recheckWatch } from './authorize-watch.js';
import { executionsChangedSince } from './changed-since.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/**
 * Follows the status of executions in the workspaces that the caller can view: when one is queued, starts or ends. Needs the
 * scope `read`.
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, also later, when the caller may no longer view them
 */
export async function watchExecutions(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { workspaceId?: string | null; sessionId?: string | null },
): Promise<AsyncIterableIterator<Execution>> {
  const { prisma, locations } = services;
  const scope = await authorizeWatch(services, ctx, spaceSlug, filter);
  return watchChanges(services, ctx, {
    topic: 'executionStatus',
    spaceId: scope.spaceId,
    concerns: async ({ executionId }) => isInScope(scope, await locations.find('execution', executionId)),
    changedSince: (since) => executionsChangedSince(prisma, scope.spaceId, since),
    keyOf: ({ executionId }) => executionId,
    read: ({ executionId }, access) =>
      prisma.execution.findFirst({
        where: {
          id: executionId,
          session: { workspace: visibleWorkspaces({ userId: ctx.actor.userId, access }) },
        },
      }),
    stateOf: ({ status }) => status,
    recheck: recheckWatch(services, spaceSlug, filter),
    onOpen: countViewer(services, scope),
  });
}
