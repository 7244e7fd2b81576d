import type { Execution } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { invalidField, notFound } from '../errors.js';
import type { LogEntry } from '../executions/execution-event.js';
import type { ExecutionLog } from '../executions/execution-log.js';
import { loadExecution, rememberedExecution } from '../executions/read-execution.js';
import { loadSessionById } from '../sessions/load-session.js';
import type { SubscriptionServices } from './subscription-services.js';

/**
 * Replays an execution's log after a sequence number and follows it to its end. Needs the scope `read` and `can_view`;
 * where this request queued the execution, `execute` is enough.
 * @param after 0 for the whole log; ignored when this request began the log, because nobody has read any of it
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`, before the first event, and later when the caller
 *   loses access; `invalid_request` naming `after` when the log is shorter
 */
export async function watchExecutionLog(
  services: Pick<SubscriptionServices, 'prisma' | 'streamGuard'> & { executionLog: ExecutionLog },
  ctx: RequestContext,
  executionId: string,
  after: number,
  signal?: AbortSignal,
): Promise<{ execution: Execution; entries: AsyncIterableIterator<LogEntry> }> {
  const execution = await loadExecution(services, ctx, executionId);
  const known = rememberedExecution(ctx, execution.id);
  const scope = known ? 'execute' : 'read';
  const { executionLog, streamGuard } = services;
  const from = known?.isNew ? 0 : after;
  if (from > 0 && from > (await executionLog.lastSequence(execution.id))) {
    throw invalidField('after', 'is beyond the end of the log', 'out_of_range');
  }
  const entries = streamGuard.guard(ctx, executionLog.follow(execution.id, from, signal), (fresh) =>
    loadSessionById(services, fresh, execution.sessionId, notFound('The execution'), { scope }),
  );
  return { execution, entries };
}
