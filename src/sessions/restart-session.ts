import type { Session } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadLiveSession } from './load-own-session.js';
import { reloadSession } from './reload-session.js';
import type { SessionServices } from './session-services.js';

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
    services.executor.withdrawCancellation(session.id, cancelled);
    throw error;
  }
  await services.executor.kernelEnded(session.id);
  return reloadSession(services, session);
}
