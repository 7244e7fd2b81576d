import type { RequestContext } from '../context.js';
import type { KernelQuestion } from '../engines/kernels/kernel-questions.js';
import { loadLiveSession } from './load-own-session.js';
import type { SessionServices } from './session-services.js';

/**
 * Asks the kernel of a session something that is no cell, and waits for a second at most. It counts as use of the session. The
 * caller needs the scope `execute` and `can_edit`, and must have started the session or be a space admin: an answer may run
 * code of the kernel, and shows what is in its memory.
 * @returns the content of the reply, as the kernel sent it
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, `workspace_archived`, `session_dead`, `worker_not_live`,
 *   `kernel_busy` when the kernel cannot answer beside the cell that it runs, `overloaded`, `runtime_unavailable`
 */
export async function askKernel(
  services: SessionServices,
  ctx: RequestContext,
  { spaceSlug, sessionId }: { spaceSlug: string; sessionId: string },
  question: KernelQuestion,
): Promise<Record<string, unknown>> {
  const { session } = await loadLiveSession(services, ctx, spaceSlug, sessionId);
  const left = services.sessions.viewerCame(session.id, session.workerId);
  try {
    return await services.sessions.kernels.ask(session.id, question);
  } finally {
    left();
  }
}
