import type { Session, TokenScope, WorkerStatus, Workspace } from '../../prisma/generated/client/client.js';
import { loadSpace, loadSpaceById } from '../access/load-space.js';
import { requireScope } from '../access/require-scope.js';
import { type WorkspaceWithGrants, workspacePermissions } from '../access/workspace-policy.js';
import type { RequestContext, SpaceAccess } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { type DomainError, notFound } from '../errors.js';
import { isUuid } from '../validation/validate.js';
import { assertMay, type Need } from '../workspaces/load-workspace.js';

/** A session with the status of its worker, and with what decides who has access to its workspace. */
type FoundSession = Session & {
  workerStatus: WorkerStatus;
  workspace: WorkspaceWithGrants & Pick<Workspace, 'spaceId' | 'archivedAt'>;
};

/** A session that the caller is authorized for. */
export interface LoadedSession {
  access: SpaceAccess;
  workspace: FoundSession['workspace'];
  session: FoundSession;
}

/**
 * Loads a session by its space and id, and authorizes the caller in its workspace.
 * @param need what the caller must be allowed in the workspace; null if membership of the space is enough
 * @param options.evenDeleted whether a deleted session is found; default false
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadSession(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
  need: Need | null,
  scope: TokenScope,
  options: { evenDeleted?: boolean } = {},
): Promise<LoadedSession> {
  const access = await loadSpace(services, ctx, spaceSlug);
  const session = await find(services, sessionId);
  if (session?.workspace.spaceId !== access.space.id || (session.deletedAt && !options.evenDeleted)) {
    throw notFound('The session');
  }
  requireScope(ctx, scope);
  if (need) assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, session.workspace), need);
  return { access, workspace: session.workspace, session };
}

/**
 * Loads a session by its id alone, also a deleted one, for a caller who views it.
 * @param options.scope what the token must have; default `read`
 * @param options.spaceId the space that it must belong to; default any space of the caller
 * @param missing what is thrown when the session is unknown or belongs to another space
 * @throws `missing`; DomainError `insufficient_scope`, `forbidden`
 */
export async function loadSessionById(
  services: PrismaService,
  ctx: RequestContext,
  sessionId: string,
  missing: DomainError,
  { scope = 'read', spaceId }: { scope?: TokenScope; spaceId?: string } = {},
): Promise<LoadedSession> {
  const session = await find(services, sessionId);
  const access = session && (await loadSpaceById(services, ctx, session.workspace.spaceId).catch(() => null));
  if (!access || (spaceId !== undefined && spaceId !== access.space.id)) throw missing;
  requireScope(ctx, scope);
  assertMay(workspacePermissions({ userId: ctx.actor.userId, access }, session.workspace), 'view');
  return { access, workspace: session.workspace, session };
}

/**
 * Every cell begins with this, so it is one raw statement: it takes a quarter of the time of the four of the client.
 */
async function find(services: PrismaService, sessionId: string): Promise<FoundSession | null> {
  if (!isUuid(sessionId)) return null;
  const rows = await services.prisma.$queryRaw<
    (Session & { workerStatus: WorkerStatus; archivedAt: Date | null; access: FoundSession['workspace'] })[]
  >`SELECT s.*, k."status" AS "workerStatus", w."archivedAt", json_build_object(
      'spaceId', w."spaceId", 'visibility', w."visibility", 'ownerUserId', w."ownerUserId",
      'grants', ARRAY(
        SELECT json_build_object('userId', g."userId", 'teamId', g."teamId", 'accessLevel', g."accessLevel")
        FROM "WorkspaceGrant" g WHERE g."workspaceId" = w."id")) AS "access"
    FROM "Session" s
    JOIN "Worker" k ON k."id" = s."workerId"
    JOIN "Workspace" w ON w."id" = s."workspaceId"
    WHERE s."id" = ${sessionId}::uuid`;
  const row = rows[0];
  if (!row) return null;
  const { access, archivedAt, ...session } = row;
  return { ...session, workspace: { ...access, archivedAt } };
}
