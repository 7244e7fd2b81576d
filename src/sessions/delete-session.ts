import type { Session } from '../../prisma/generated/client/client.js';
import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { takenOver } from '../engines/database/taken-over.js';
import { shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import type { Cancellation } from '../workers/cancellation.js';
import { notAnswering } from '../workers/not-answering.js';
import { loadSession } from './load-session.js';
import { SessionRows } from './session-rows.js';
import type { SessionServices } from './session-services.js';

/**
 * Deletes a session. Running and queued executions end as `cancelled`; their logs stay. Idempotent: a second delete ends what
 * one has left that was not answered. Works in an archived workspace. The caller needs the scope `execute`, and must have started
 * the session or be a space admin; they need not have access to its workspace any more.
 * @param cancelled why its executions end; default that the caller deletes it
 * @throws DomainError `not_found` for an id never issued, `insufficient_scope`, `forbidden`; `runtime_unavailable` while
 *   the server of its worker does not answer, and when another gateway has taken over the kernels
 */
export async function deleteSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
  cancelled: Cancellation = { reason: 'session_deleted', userId: ctx.actor.userId },
): Promise<void> {
  const { executor, workers, bus } = services;
  const loaded = await loadSession(services, ctx, spaceSlug, sessionId, null, 'execute', {
    evenDeleted: true,
  });
  assertOwnerOrAdmin(ctx, loaded, loaded.session);
  const { id, deletedAt, workerId } = loaded.session;
  if (workers.silence.has(workerId)) {
    if (deletedAt) return;
    // Its kernel could not be ended now, and would run on.
    throw notAnswering();
  }
  if (!deletedAt) await markDeleted(services, id);
  await executor.clear(id, { cancelled });
  await endKernel(services, loaded.session);
  await executor.kernelEnded(id);
  bus.publish('session', id, { sessionId: id });
}

async function markDeleted(services: SessionServices, id: string): Promise<void> {
  const rows = new SessionRows(services);
  await untilAnswered(() => rows.markDeleted(id), { maxMs: shortOutageMs }).catch((error) => {
    throw error instanceof FormerOwnerError ? takenOver('the session was not deleted', error) : error;
  });
}

async function endKernel({ sessions, log }: SessionServices, session: Session): Promise<void> {
  await sessions
    .close(session)
    .catch((err) => log.warn({ err, sessionId: session.id }, 'a kernel did not shut down'));
}
