import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { invalidField, notFound } from '../errors.js';
import type { LogEntry } from '../executions/execution-event.js';
import type { ExecutionLog } from '../executions/execution-log.js';
import { loadExecution, rememberedExecution } from '../executions/read-execution.js';
import { loadSessionById } from '../sessions/load-session.js';
import type { SubscriptionServices } from './subscription-services.js';

/**
 * Replays the log of an execution after a sequence number, then follows it to its end. Needs the scope `read` and `can_view`.
 * For an execution that the same request queued, the scope `execute` is enough.
 * @param after the number of the last known event; 0 for the whole log. Ignored when the same request created the execution
 * @param options.includeLate whether to go on with late output until the session ends; default false
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, before the first event or later when the caller loses
 *   access; `invalid_request` naming `after` when it is negative, or the log has fewer events
 */
export async function watchExecutionLog(
  services: Pick<SubscriptionServices, 'prisma' | 'streamGuard' | 'sessions'> & {
    executionLog: ExecutionLog;
  },
  ctx: RequestContext,
  executionId: string,
  after: number,
  { signal, includeLate = false }: { signal?: AbortSignal; includeLate?: boolean } = {},
): Promise<{ execution: Execution; entries: AsyncIterableIterator<LogEntry> }> {
  const execution = await loadExecution(services, ctx, executionId);
  const known = rememberedExecution(ctx, execution.id);
  const scope = known ? 'execute' : 'read';
  const { executionLog, streamGuard, sessions } = services;
  if (after < 0) throw invalidField('after', 'must not be negative', 'out_of_range');
  const from = known?.isNew ? 0 : after;
  if (from > 0 && from > (await executionLog.lastSequence(execution.id))) {
    throw invalidField('after', 'is beyond the end of the log', 'out_of_range');
  }
  const { sessionId } = execution;
  const entries = streamGuard.guard(
    ctx,
    executionLog.follow(execution.id, from, { signal, ...(includeLate ? { lateOf: sessionId } : {}) }),
    {
      key: ['log', sessionId, scope],
      check: (fresh) => loadSessionById(services, fresh, sessionId, notFound('The execution'), { scope }),
    },
    () => sessions.viewerCame(sessionId),
  );
  return { execution, entries };
}
