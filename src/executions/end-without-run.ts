import type { Logger } from 'pino';
import type { Execution } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { statusOf } from '../error-status.js';
import { DomainError, type ErrorCode } from '../errors.js';
import type { Cancellation } from '../workers/cancellation.js';
import { describeCancellation, type ExecutionFailure } from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
import { executionResult } from './execution-result.js';

/** How an execution ends that never ran: it was removed from the queue, an earlier one broke, or its kernel failed. */
export type EndWithoutRun = { cancelled: Cancellation } | { status: 'aborted' } | { failure: unknown };

/**
 * Writes the end of an execution that this process does not run. Never throws.
 * @param mayHaveBegun whether an earlier process may have sent it to its kernel, so that its log may have entries; default
 *   false: its log contains the entry `queued` only
 * @returns false when another gateway has taken over, which goes on with it
 */
export async function endWithoutRun(
  deps: { executionLog: ExecutionLog; log: Logger },
  execution: Execution,
  end: EndWithoutRun,
  mayHaveBegun = false,
): Promise<boolean> {
  const { id, startedAt } = execution;
  const { executionLog } = deps;
  const writer = executionLog.writer(id, mayHaveBegun ? { state: () => executionLog.state(id) } : {});
  const finishedAt = new Date();
  try {
    if ('failure' in end) {
      await writer.finish(executionFailure(end.failure, { retryable: !mayHaveBegun }), {
        status: 'failed',
        finishedAt,
        startedAt: startedAt ?? undefined,
      });
      return true;
    }
    const known = mayHaveBegun ? await executionResult(deps, execution) : { outputs: [], truncated: false };
    const status = 'cancelled' in end ? 'cancelled' : end.status;
    await writer.finish(
      {
        type: 'final_response',
        status,
        ...describeCancellation('cancelled' in end ? end.cancelled : null),
        execution_count: null,
        outputs: known.outputs,
        truncated: known.truncated,
        started_at: startedAt?.toISOString() ?? null,
        finished_at: finishedAt.toISOString(),
        duration_ms: startedAt ? finishedAt.getTime() - startedAt.getTime() : 0,
      },
      { status, finishedAt, startedAt: startedAt ?? undefined },
    );
    return true;
  } catch (error) {
    return endNotWritten(deps.log.child({ executionId: execution.id }), error);
  }
}

/** Logs why the end of an execution was not written. @returns false when that is because another gateway has taken over */
export function endNotWritten(log: Logger, error: unknown): boolean {
  const isFormer = error instanceof FormerOwnerError;
  if (isFormer) log.warn('another gateway has taken over and goes on with an execution');
  else log.error({ err: error }, 'the end of an execution was not written');
  return !isFormer;
}

/** The error of runs that cannot go on because the gateway stops, or has stopped. */
export function gatewayRestarted(): DomainError {
  return new DomainError('gateway_restarted', 'The gateway restarted while this cell ran; run it again.');
}

/**
 * The end of a log for an error that was thrown. Only the text of a {@link DomainError} is shown to clients.
 * @param options.retryable whether it is certain that the code did not begin
 */
export function executionFailure(error: unknown, { retryable }: { retryable: boolean }): ExecutionFailure {
  const known = error instanceof DomainError ? error : undefined;
  const code: ErrorCode = known?.code ?? 'kernel_died';
  return {
    type: 'failure',
    detail: known?.message ?? 'The kernel stopped; restart the session and run the cell again.',
    status_code: statusOf[code],
    code,
    retryable,
  };
}
