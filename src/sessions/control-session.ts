import type { Session } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { DomainError } from '../errors.js';
import { isLive } from '../workers/worker-status.js';
import { assertNotArchived } from '../workspaces/load-workspace.js';
import { type LoadedSession, loadSession } from './load-session.js';
import type { SessionServices } from './session-services.js';

/**
 * Interrupts the cell that a session runs; does nothing when it is idle. The caller needs the scope `execute` and
 * `can_edit`, and must have started the session or be a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `session_dead`,
 *   `worker_not_live`, `runtime_unavailable`
 */
export async function interruptSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<Session> {
  const { session } = await loadLive(services, ctx, spaceSlug, sessionId);
  if (session.status === 'dead') {
    throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
  }
  await services.sessions.interrupt(session);
  return current(services, session);
}

/**
 * Restarts the kernel of a session, also a dead one. Running and queued executions end as `cancelled`. The caller needs
 * what {@link interruptSession} needs.
 * @throws DomainError as {@link interruptSession}, also when the kernel does not start
 */
export async function restartSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<Session> {
  const { session } = await loadLive(services, ctx, spaceSlug, sessionId);
  await services.workers.folderGuard.check(session.workerId);
  const cancelled = { reason: 'session_restarted', userId: ctx.actor.userId };
  await services.executor.clear(session.id, { cancelled });
  try {
    await services.sessions.restart(session);
  } catch (error) {
    services.executor.runsOn(session.id, cancelled);
    throw error;
  }
  return current(services, session);
}

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

async function loadLive(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<LoadedSession> {
  const loaded = await loadOwnSession(services, ctx, spaceSlug, sessionId);
  assertNotArchived(loaded.workspace);
  if (!isLive(loaded.session.workerStatus)) {
    throw new DomainError('worker_not_live', 'The worker of this session has stopped; start a new session.');
  }
  services.workers.assertReachable(loaded.session.workerId);
  return loaded;
}

function current(services: PrismaService, session: Session): Promise<Session> {
  return services.prisma.session.findUniqueOrThrow({ where: { id: session.id } });
}
