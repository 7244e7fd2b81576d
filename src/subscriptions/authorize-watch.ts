import { loadSpace } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { loadSession } from '../sessions/load-session.js';
import { loadWorker } from '../workers/load-worker.js';
import { loadWorkspace } from '../workspaces/load-workspace.js';
import type { ResourceLocation } from './resource-locations.js';
import type { Recheck } from './stream-guard.js';
import type { SubscriptionServices } from './subscription-services.js';

/** Limits a subscription to one resource each. Without limits, it covers everything that the caller can view in the space. */
export interface ResourceFilter {
  workspaceId?: string | null;
  workerId?: string | null;
  sessionId?: string | null;
}

/** A checked {@link ResourceFilter}, with the ids as they are in the database; null is no limit. */
export interface ResourceScope {
  spaceId: string;
  workspaceId: string | null;
  workerId: string | null;
  sessionId: string | null;
  /** The worker of that session. */
  sessionWorkerId: string | null;
}

/**
 * Authorizes the caller to watch a space and the resources of the filter, by the same rules as the queries of them.
 * @throws DomainError `insufficient_scope`, `not_found` (also for a worker or session of another workspace), `forbidden`
 */
export async function authorizeWatch(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  filter: ResourceFilter,
): Promise<ResourceScope> {
  requireScope(ctx, 'read');
  const { space } = await loadSpace(services, ctx, spaceSlug);
  const none = { workspaceId: null, workerId: null, sessionId: null, sessionWorkerId: null };
  const scope: ResourceScope = { spaceId: space.id, ...none };
  if (filter.workspaceId != null) {
    scope.workspaceId = (
      await loadWorkspace(services, ctx, spaceSlug, filter.workspaceId, 'view')
    ).workspace.id;
  }
  if (filter.workerId != null) {
    const { worker } = await loadWorker(services, ctx, spaceSlug, filter.workerId, 'view', 'read');
    if (scope.workspaceId && worker.workspaceId !== scope.workspaceId) throw notFound('The worker');
    scope.workerId = worker.id;
  }
  if (filter.sessionId != null) {
    const options = { evenDeleted: true };
    const { session } = await loadSession(
      services,
      ctx,
      spaceSlug,
      filter.sessionId,
      'view',
      'read',
      options,
    );
    if (scope.workspaceId && session.workspaceId !== scope.workspaceId) throw notFound('The session');
    scope.sessionId = session.id;
    scope.sessionWorkerId = session.workerId;
  }
  return scope;
}

/** {@link authorizeWatch} for an open subscription. */
export function recheckWatch(services: PrismaService, spaceSlug: string, filter: ResourceFilter): Recheck {
  const { workspaceId, workerId, sessionId } = filter;
  return {
    key: ['resources', spaceSlug, workspaceId, workerId, sessionId],
    check: (fresh) => authorizeWatch(services, fresh, spaceSlug, filter),
  };
}

/** Whether a resource is in the scope of a subscription. */
export function isInScope(scope: ResourceScope, location: ResourceLocation | null): boolean {
  return (
    location !== null &&
    location.spaceId === scope.spaceId &&
    (scope.workspaceId === null || location.workspaceId === scope.workspaceId) &&
    (scope.sessionId === null || location.sessionId === scope.sessionId)
  );
}

/** Counts a subscription to one session as somebody who watches it; see `Watch.onOpen`. One to all sessions is a list. */
export function countViewer(
  { sessions }: SubscriptionServices,
  scope: ResourceScope,
): (() => () => void) | undefined {
  const { sessionId, sessionWorkerId } = scope;
  if (sessionId === null || sessionWorkerId === null) return undefined;
  return () => sessions.viewerCame(sessionId, sessionWorkerId);
}
