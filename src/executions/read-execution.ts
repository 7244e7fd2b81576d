import type { Execution, TokenScope } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { invalidField, notFound } from '../errors.js';
import { loadSessionById } from '../sessions/load-session.js';
import { isUuid } from '../validation/validate.js';
import type { LogEntry } from './execution-event.js';

/** What a request did with an execution that it was authorized to run. */
interface Remembered {
  execution: Execution;
  /** Whether its log began with this request. */
  isNew: boolean;
}

const remembered = new WeakMap<RequestContext, Map<string, Remembered>>();

/**
 * Notes that this request was authorized to run an execution just now. Following it needs no second look then, and the
 * scope `execute` is enough.
 */
export function rememberExecution(ctx: RequestContext, { execution, isNew }: Remembered): void {
  const known = remembered.get(ctx) ?? new Map<string, Remembered>();
  remembered.set(ctx, known.set(execution.id, { execution, isNew }));
}

/**
 * Loads an execution; who has `can_view` in its workspace may see it, also when its session is deleted.
 * @param options.spaceId the space that it must belong to
 * @param options.sessionId the session that it must belong to
 * @param options.scope what the token must have; default `read`
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadExecution(
  ctx: RequestContext,
  executionId: string,
  options: { spaceId?: string; sessionId?: string | null; scope?: TokenScope } = {},
): Promise<Execution> {
  const known = remembered.get(ctx)?.get(executionId);
  if (known) return known.execution;
  const missing = notFound('The execution');
  const execution = isUuid(executionId)
    ? await ctx.services.prisma.execution.findUnique({ where: { id: executionId } })
    : null;
  if (!execution) throw missing;
  const { sessionId, ...where } = options;
  if (sessionId && sessionId.toLowerCase() !== execution.sessionId) throw missing;
  await loadSessionById(ctx, execution.sessionId, missing, where);
  return execution;
}

/**
 * Replays an execution's log after a sequence number and follows it to its end.
 * @param after where nobody can have read of the log, because this request began it, it does not count
 * @throws DomainError what {@link loadExecution} throws, before the first event, and later once it no longer holds;
 *   `invalid_request` naming `after` when the log has not come so far
 */
export async function followExecution(
  ctx: RequestContext,
  executionId: string,
  after: number,
  signal?: AbortSignal,
): Promise<{ execution: Execution; entries: AsyncIterableIterator<LogEntry> }> {
  const execution = await loadExecution(ctx, executionId);
  const missing = notFound('The execution');
  const known = remembered.get(ctx)?.get(execution.id);
  const scope = known ? 'execute' : 'read';
  const { executionLog } = ctx.services;
  const from = known?.isNew ? 0 : after;
  if (from > 0 && from > (await executionLog.lastSequence(execution.id))) {
    throw invalidField('after', 'is beyond the end of the log', 'out_of_range', 'query');
  }
  const entries = ctx.services.streams.guard(ctx, executionLog.follow(execution.id, from, signal), (fresh) =>
    loadSessionById(fresh, execution.sessionId, missing, { scope }),
  );
  return { execution, entries };
}
