import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { takenOver } from '../engines/database/taken-over.js';
import { notAnswering } from '../workers/not-answering.js';
import { loadSession } from './load-session.js';
import { SessionRows } from './session-rows.js';
import type { SessionServices } from './session-services.js';

/**
 * Deletes a session. Running and queued executions end as `cancelled`; their logs stay. Idempotent; works in an
 * archived workspace. The caller needs the scope `execute`, and must have started the session or be a space admin; they
 * need not have access to its workspace any more.
 * @throws DomainError `not_found` for an id never issued, `insufficient_scope`, `forbidden`; `runtime_unavailable` while
 *   the server of its worker does not answer, and when another gateway has taken over the kernels
 */
export async function deleteSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<void> {
  const { sessions, executor, workers, bus, log } = services;
  const loaded = await loadSession(services, ctx, spaceSlug, sessionId, null, 'execute', {
    evenDeleted: true,
  });
  assertOwnerOrAdmin(ctx, loaded, loaded.session);
  const { id } = loaded.session;
  if (loaded.session.deletedAt) return;
  // Its kernel could not be ended now, and would run on.
  if (workers.silence.has(loaded.session.workerId)) throw notAnswering();
  await new SessionRows(services).markDeleted(id).catch((error) => {
    throw error instanceof FormerOwnerError ? takenOver('the session was not deleted', error) : error;
  });
  await executor.clear(id, { cancelled: { reason: 'session_deleted', userId: ctx.actor.userId } });
  await sessions
    .close(loaded.session)
    .catch((error) => log.warn({ err: error, sessionId: id }, 'a kernel did not shut down'));
  bus.publish('session', id, { sessionId: id });
}
