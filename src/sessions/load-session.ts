import type { Prisma, TokenScope } from '../../prisma/generated/client/client.js';
import { requireScope } from '../auth/require-scope.js';
import type { RequestContext } from '../context.js';
import { DomainError, notFound } from '../errors.js';
import { workspacePermissions } from '../policies/workspace-policy.js';
import { loadSpace, loadSpaceById, type SpaceAccess } from '../spaces/space-access.js';
import { isUuid } from '../validate.js';
import { assertMay, type Need } from '../workspaces/load-workspace.js';

const include = { worker: true, workspace: { include: { grants: true } } } satisfies Prisma.SessionInclude;

/** A session with its worker and its workspace's grants. */
export type SessionWithWorker = Prisma.SessionGetPayload<{ include: typeof include }>;

/** A session that the caller may act on. */
export interface LoadedSession {
  access: SpaceAccess;
  workspace: SessionWithWorker['workspace'];
  session: SessionWithWorker;
}

/**
 * Loads a session in its space and authorizes the caller in its workspace. A deleted one is not found.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadSession(
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
  need: Need,
  scope: TokenScope,
  options: { evenDeleted?: boolean } = {},
): Promise<LoadedSession> {
  const access = await loadSpace(ctx, spaceSlug);
  const session = await find(ctx, sessionId);
  if (session?.workspace.spaceId !== access.space.id || (session.deletedAt && !options.evenDeleted)) {
    throw notFound('The session');
  }
  requireScope(ctx, scope);
  assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, session.workspace), need);
  return { access, workspace: session.workspace, session };
}

/**
 * Loads a session, also a deleted one, by its id alone, to view it.
 * @throws `missing` when it is unknown or in a space that the caller is no member of; `insufficient_scope`, `forbidden`
 */
export async function loadSessionById(
  ctx: RequestContext,
  sessionId: string,
  missing: DomainError,
): Promise<LoadedSession> {
  const session = await find(ctx, sessionId);
  const access = session && (await loadSpaceById(ctx, session.workspace.spaceId).catch(() => null));
  if (!access) throw missing;
  requireScope(ctx, 'read');
  assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, session.workspace), 'view');
  return { access, workspace: session.workspace, session };
}

/** @throws DomainError `forbidden` unless the worker or session is the caller's own or the caller is a space admin */
export function assertOwn(
  ctx: RequestContext,
  loaded: { access: SpaceAccess },
  owned: { userId: string },
): void {
  if (owned.userId !== ctx.actor.userId && loaded.access.role !== 'admin') {
    throw new DomainError('forbidden', 'Only the user who started it, or a space admin, may do that.');
  }
}

async function find(ctx: RequestContext, sessionId: string): Promise<SessionWithWorker | null> {
  return isUuid(sessionId)
    ? ctx.services.prisma.session.findUnique({ where: { id: sessionId }, include })
    : null;
}
