import type { RequestContext } from '../context.js';
import { assertUsable, loadOwnSession } from '../sessions/load-own-session.js';
import type { LoadedSession } from '../sessions/load-session.js';
import type { ExecutionServices } from './execution-services.js';

/** A session in which the caller may run code. */
export interface RunnableSession extends LoadedSession {
  /**
   * @param count how many cells are to be queued
   * @throws DomainError `workspace_archived`, `worker_not_live`, `session_dead`, `runtime_unavailable`, `quota_exceeded`
   */
  assertRunnable(count?: number): void;
  /**
   * As {@link assertRunnable}, and reserves the room in the queue.
   * @returns gives the room back; to be called once, in `finally`, when the cells are queued
   */
  reserveRun(count?: number): () => void;
}

/**
 * Loads a session for a caller who wants to run code in it. They need the scope `execute` and `can_edit`, and must have
 * started the session or be a space admin.
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadRunnableSession(
  services: ExecutionServices,
  ctx: RequestContext,
  spaceSlug: string,
  sessionId: string,
): Promise<RunnableSession> {
  const loaded = await loadOwnSession(services, ctx, spaceSlug, sessionId);
  const { executor } = services;
  const { id } = loaded.session;
  return {
    ...loaded,
    assertRunnable(count = 1) {
      assertUsable(services, loaded);
      executor.assertRoom(id, count);
    },
    reserveRun(count = 1) {
      assertUsable(services, loaded);
      return executor.reserveRoom(id, count);
    },
  };
}
