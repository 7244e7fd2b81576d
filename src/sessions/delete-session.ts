import type { RequestContext } from '../context.js';
import { assertOwn, loadSession } from './load-session.js';
import type { SessionServices } from './session-services.js';

/**
 * Deletes a session: what runs and what is queued ends as `cancelled`, the logs stay. Idempotent. Needs the scope
 * `execute` and the session to be the caller's own (or a space admin), who need not see its workspace any more; works in
 * an archived workspace.
 * @throws DomainError `not_found` for an id never issued, `insufficient_scope`, `forbidden`
 */
export async function deleteSession(
  services: SessionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<void> {
  const { prisma, sessions, executor, bus, log } = services;
  const loaded = await loadSession(services, ctx, spaceSlug, sessionId, null, 'execute', {
    evenDeleted: true,
  });
  assertOwn(ctx, loaded, loaded.session);
  const { id } = loaded.session;
  if (loaded.session.deletedAt) return;
  await prisma.session.update({
    where: { id },
    data: { deletedAt: new Date(), status: 'dead', statusReason: 'deleted', liveKey: null },
  });
  await executor.clear(id, { status: 'cancelled' });
  await sessions
    .close(loaded.session)
    .catch((error) => log.warn({ err: error, sessionId: id }, 'a kernel did not shut down'));
  bus.publish('session', id, { sessionId: id });
}
