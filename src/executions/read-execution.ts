import type { Execution, TokenScope } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { notFound } from '../errors.js';
import { loadSessionById } from '../sessions/load-session.js';
import { isUuid } from '../validation/validate.js';

/** An execution that a request was authorized to run. */
export interface RememberedExecution {
  id: string;
  /** Whether this request queued it, so that its log began with the request. */
  isNew: boolean;
  /** Its row, unless another gateway ran the command. */
  execution?: Execution;
}

const remembered = new WeakMap<RequestContext, Map<string, RememberedExecution>>();

/**
 * Notes that this request was authorized to run an execution. Reading its log in the same request then needs no other
 * authorization, and the scope `execute` is enough.
 */
export function rememberExecution(ctx: RequestContext, one: RememberedExecution): void {
  const known = remembered.get(ctx) ?? new Map<string, RememberedExecution>();
  remembered.set(ctx, known.set(one.id, one));
}

/** What {@link rememberExecution} noted in this request about an execution. */
export function rememberedExecution(
  ctx: RequestContext,
  executionId: string,
): RememberedExecution | undefined {
  return remembered.get(ctx)?.get(executionId);
}

/** All that {@link rememberExecution} noted in this request. */
export function rememberedExecutions(ctx: RequestContext): RememberedExecution[] {
  return [...(remembered.get(ctx)?.values() ?? [])];
}

/**
 * Loads an execution, also of a deleted session. The caller needs `can_view` in its workspace.
 * @param options.spaceId the space that it must belong to; default any space of the caller
 * @param options.sessionId the session that it must belong to; default any
 * @param options.scope what the token must have; default `read`
 * @throws DomainError `not_found`, `insufficient_scope`, `forbidden`
 */
export async function loadExecution(
  services: PrismaService,
  ctx: RequestContext,
  executionId: string,
  options: { spaceId?: string; sessionId?: string | null; scope?: TokenScope } = {},
): Promise<Execution> {
  const known = rememberedExecution(ctx, executionId);
  if (known?.execution) return known.execution;
  const missing = notFound('The execution');
  const execution = isUuid(executionId)
    ? await services.prisma.execution.findUnique({ where: { id: executionId } })
    : null;
  if (!execution) throw missing;
  if (known) return execution;
  const { sessionId, ...where } = options;
  if (sessionId && sessionId.toLowerCase() !== execution.sessionId) throw missing;
  await loadSessionById(services, ctx, execution.sessionId, missing, where);
  return execution;
}
