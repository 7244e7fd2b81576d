import type { Session } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { loadLiveSession } from './load-own-session.js';
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
  const { session } = await loadLiveSession(services, ctx, spaceSlug, sessionId);
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
  const { session } = await loadLiveSession(services, ctx, spaceSlug, sessionId, { evenDead: true });
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

function current(services: PrismaService, session: Session): Promise<Session> {
  return services.prisma.session.findUniqueOrThrow({ where: { id: session.id } });
}
