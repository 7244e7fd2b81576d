import type { Session } from '../../prisma/generated/client/client.js';
import { visibleWorkspaces } from '../access/workspace-policy.js';
import type { RequestContext } from '../context.js';
import { authorizeWatch, countViewer, isInScope, recheckWatch } from './authorize-watch.js';
import { sessionsChangedSince } from './changed-since.js';
import type { SubscriptionServices } from './subscription-services.js';
import { watchChanges } from './watch-changes.js';

/**
 * Follows the status of the sessions in the workspaces that the caller can view. A deleted session is reported as `dead`.
 * Needs the scope `read`.
 * @throws DomainError `insufficient_scope`, `not_found`, `forbidden`, also later, when the caller may no longer view them
 */
export async function watchSessions(
  services: SubscriptionServices,
  ctx: RequestContext,
  spaceSlug: string,
  filter: { workspaceId?: string | null; sessionId?: string | null },
): Promise<AsyncIterableIterator<Session>> {
  const { prisma, locations } = services;
  const scope = await authorizeWatch(services, ctx, spaceSlug, filter);
  return watchChanges(services, ctx, {
    topic: 'session',
    spaceId: scope.spaceId,
    concerns: async ({ sessionId }) => isInScope(scope, await locations.find('session', sessionId)),
    changedSince: (since) => sessionsChangedSince(prisma, scope.spaceId, since),
    keyOf: ({ sessionId }) => sessionId,
    read: ({ sessionId }, access) =>
      prisma.session.findFirst({
        where: { id: sessionId, workspace: visibleWorkspaces({ userId: ctx.actor.userId, access }) },
      }),
    recheck: recheckWatch(services, spaceSlug, filter),
    onOpen: countViewer(services, scope),
  });
}
