import { assertOwnerOrAdmin } from '../access/assert-owner-or-admin.js';
import type { RequestContext } from '../context.js';
import { DomainError } from '../errors.js';
import { type LoadedSession, loadSession } from '../sessions/load-session.js';
import { assertNotArchived } from '../workspaces/load-workspace.js';
import type { ExecutionServices } from './execution-services.js';

/** A session in which the caller may run code. */
export interface RunnableSession extends LoadedSession {
  /**
   * @param count how many cells are to be queued
   * @throws DomainError `workspace_archived`, `worker_not_live`, `session_dead`, `runtime_unavailable`, `quota_exceeded`
   */
  assertRunnable(count?: number): void;
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
  const loaded = await loadSession(services, ctx, spaceSlug, sessionId, 'edit', 'execute');
  assertOwnerOrAdmin(ctx, loaded, loaded.session);
  return { ...loaded, assertRunnable: (count = 1) => assertRunnable(services, loaded, count) };
}

function assertRunnable(
  { workers, executor }: ExecutionServices,
  { workspace, session }: LoadedSession,
  count: number,
): void {
  assertNotArchived(workspace);
  if (!['ready', 'busy', 'starting'].includes(session.workerStatus)) {
    throw new DomainError('worker_not_live', 'The worker of this session has stopped; start a new session.');
  }
  if (session.status === 'dead') {
    throw new DomainError('session_dead', 'The kernel of this session is dead; restart the session.');
  }
  workers.assertReachable(session.workerId);
  executor.assertRoom(session.id, count);
}
