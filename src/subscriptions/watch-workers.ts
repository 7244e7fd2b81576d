import type { Worker } from '../../prisma/generated/client/client.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { authorizeWatch, isInScope, recheckWatch } from './authorize-watch.js';
import { workersChangedSince } from './changed-since.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/**
 * Follows the status, progress and usage of the workers in workspaces that the caller can view. Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, also later, when the caller may no longer view them
 */
export async function watchWorkers(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { workspaceId?: string | null; workerId?: string | null },
): Promise<AsyncIterableIterator<Worker>> {
  const { prisma, locations, workers } = services;
  const scope = await authorizeWatch(services, ctx, spaceSlug, filter);
  const covers = async (workerId: string) =>
    (scope.workerId === null || workerId === scope.workerId) &&
    isInScope(scope, await locations.find('worker', workerId));
  return watchChanges(services, ctx, {
    topic: 'worker',
    spaceId: scope.spaceId,
    concerns: ({ workerId }) => covers(workerId),
    changedSince: (since) => workersChangedSince(prisma, scope.spaceId, since),
    keyOf: ({ workerId }) => workerId,
    read: ({ workerId }, access) =>
      prisma.worker.findFirst({
        where: { id: workerId, workspace: visibleWorkspaces({ userId: ctx.actor.userId, access }) },
      }),
    recheck: recheckWatch(services, spaceSlug, filter),
    onOpen: () => workers.usage.watch(covers),
  });
}
