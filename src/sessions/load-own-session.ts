import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import { isLive } from '../workers/worker-status.js';
import { assertNotArchived } from '../workspaces/load-workspace.js';
import { type LoadedSession, loadSession } from './load-session.js';
import type { SessionServices } from './session-services.js';

/**
 * Loads a session that the caller may control: they may edit its workspace, and started it or are a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadOwnSession(
  services: PrismaService,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<LoadedSession> {
  const loaded = await loadSession(services, ctx, spaceSlug, sessionId, 'edit', 'execute');
  assertOwnerOrAdmin(ctx, loaded, loaded.session);
  return loaded;
}

/**
 * {@link loadOwnSession} for what needs the worker of the session.
 * @param options.evenDead whether a session whose kernel is dead is accepted; default false
 * @throws DomainError as {@link loadOwnSession}; `workspace_archived`, `worker_not_live`, `session_dead`,
 *   `runtime_unavailable` while the server of the worker does not answer
 */
export async function loadLiveSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
  options: { evenDead?: boolean } = {},
): Promise<LoadedSession> {
  const loaded = await loadOwnSession(services, ctx, spaceSlug, sessionId);
  assertUsable(services, loaded, options);
  return loaded;
}

/**
 * Refuses a session that can do nothing now.
 * @param options.evenDead whether a session whose kernel is dead will do; default not
 * @throws DomainError `workspace_archived`, `worker_not_live`, `session_dead`, `runtime_unavailable` while the server of the
 *   worker does not answer
 */
export function assertUsable(
  { workers }: Pick<SessionServices, 'workers'>,
  { workspace, session }: LoadedSession,
  { evenDead = false }: { evenDead?: boolean } = {},
): void {
  assertNotArchived(workspace);
  if (!isLive(session.workerStatus)) {
    throw new DomainError('worker_not_live', 'The worker of this session has stopped; start a new session.');
  }
  if (session.status === 'dead' && !evenDead) {
    throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
  }
  workers.assertReachable(session.workerId);
}
