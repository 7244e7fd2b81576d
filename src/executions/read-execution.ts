import type { Execution, TokenScope } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { notFound } from '../errors.js';
import { loadSessionById } from '../sessions/load-session.js';
import { isUuid } from '../validate.js';
import type { LogEntry } from './execution-event.js';

const remembered = new WeakMap<RequestContext, Map<string, Execution>>();

/**
 * Notes that this request was authorized to run an execution just now. Following it needs no second look then, and the
 * scope `execute` is enough.
 */
export function rememberExecution(ctx: RequestContext, execution: Execution): void {
  const known = remembered.get(ctx) ?? new Map();
  remembered.set(ctx, known.set(execution.id, execution));
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
  if (known) return known;
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
 * @throws DomainError what {@link loadExecution} throws, before the first event, and later once it no longer holds
 */
export async function followExecution(
  ctx: RequestContext,
  executionId: string,
  after: number,
  signal?: AbortSignal,
): Promise<{ execution: Execution; entries: AsyncIterableIterator<LogEntry> }> {
  const execution = await loadExecution(ctx, executionId);
  const missing = notFound('The execution');
  const scope = remembered.get(ctx)?.has(execution.id) ? 'execute' : 'read';
  const entries = ctx.services.streams.guard(
    ctx,
    ctx.services.executionLog.follow(execution.id, after, signal),
    (fresh) => loadSessionById(fresh, execution.sessionId, missing, { scope }),
  );
  return { execution, entries };
}
