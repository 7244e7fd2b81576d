import type { Session } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadLiveSession } from './load-own-session.js';
import { reloadSession } from './reload-session.js';
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
  return reloadSession(services, session);
}
