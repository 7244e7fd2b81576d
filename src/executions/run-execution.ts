import type { Logger } from 'pino';
import type { Execution, PrismaClient } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { KernelLostError } from '../engines/kernels/kernel-lost-error.js';
import { DomainError } from '../errors.js';
import { executionFailure, gatewayRestarted } from './end-without-run.js';
import type { ExecutionFailure, FinalResponse, FinalStatus } from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
import type { KernelProvider } from './executor.js';
import { createOutputCollector } from './output-collector.js';

/** How a run ended: the kernel's counter, and whether it failed, so that what builds on it has no ground. */
export interface RunEnd {
  broke: boolean;
  executionCount: number | null;
}

/** How long after the interrupt of a timed-out run its kernel is restarted. */
const interruptGraceMs = 10_000;

/** Runs one execution on an idle kernel and writes its log to the end. Never throws. */
export async function runExecution(
  deps: { prisma: PrismaClient; log: Logger; executionLog: ExecutionLog; kernels: KernelProvider },
  execution: Execution,
  kernel: KernelConnection,
): Promise<RunEnd> {
  const log = deps.log.child({ executionId: execution.id });
  const writer = deps.executionLog.writer(execution.id, 1);
  const collector = createOutputCollector();
  const startedAt = new Date();
  // The kernel first: the embedded database works on this very thread.
  const running = kernel.execute(
    { code: execution.code, stopOnError: execution.stopOnError, messageId: execution.id },
    (event) => {
      writer.write(event);
      collector.add(event);
    },
  );
  running.catch(() => {});
  const marked = deps.prisma.execution
    .update({ where: { id: execution.id }, data: { status: 'running', startedAt } })
    .then(() => deps.executionLog.statusChanged(execution.id))
    .catch((error) => log.error({ err: error }, 'a run was not marked as running'));
  const limit = watchTimeout(deps, execution, kernel);

  let end: FinalResponse | ExecutionFailure;
  let executionCount: number | null = null;
  let kernelGone = false;
  try {
    const reply = await running;
    executionCount = reply.executionCount;
    end = final(limit.timedOut ? 'timed_out' : reply.status);
  } catch (error) {
    kernelGone = error instanceof KernelLostError;
    const onPurpose = error instanceof KernelLostError && ['restarted', 'shutdown'].includes(error.reason);
    if (onPurpose) end = final(limit.timedOut ? 'timed_out' : 'cancelled');
    else end = executionFailure(kernelFailure(error));
    if (!kernelGone) log.error({ err: error }, 'a run broke');
  } finally {
    limit.clear();
  }

  function final(status: FinalStatus): FinalResponse {
    const finishedAt = new Date();
    return {
      type: 'final_response',
      status,
      execution_count: executionCount,
      outputs: collector.outputs,
      truncated: collector.truncated,
      started_at: startedAt.toISOString(),
      finished_at: finishedAt.toISOString(),
      duration_ms: finishedAt.getTime() - startedAt.getTime(),
    };
  }

  const finishedAt = new Date();
  await marked;
  const status = end.type === 'failure' ? 'failed' : end.status;
  try {
    await writer.finish(end, { status, executionCount, startedAt, finishedAt });
  } catch (error) {
    log.error({ err: error }, 'the end of a run was not written; it ends as failed at the next start');
  }
  // A timed-out run that had to be ended with its kernel took the kernel's memory along.
  const broke = status === 'error' || status === 'failed' || (status === 'timed_out' && kernelGone);
  return { broke, executionCount };
}

function kernelFailure(error: unknown): DomainError {
  const reason = error instanceof KernelLostError ? error.reason : undefined;
  if (reason === 'released') return gatewayRestarted();
  return reason === 'connection_lost'
    ? new DomainError('worker_lost', 'The worker stopped answering; start a new one and run the cell again.')
    : new DomainError(
        'kernel_died',
        'The kernel stopped while it ran this cell; restart the session and run it again.',
      );
}

/** Interrupts the run after its `timeoutSeconds`, and restarts a kernel that does not heed it. */
function watchTimeout(
  deps: { log: Logger; kernels: KernelProvider },
  execution: Execution,
  kernel: KernelConnection,
): { readonly timedOut: boolean; clear(): void } {
  let timedOut = false;
  let timer: NodeJS.Timeout | undefined;
  const warn = (error: unknown) =>
    deps.log.warn({ err: error, executionId: execution.id }, 'a timeout failed');
  if (execution.timeoutSeconds !== null) {
    timer = setTimeout(() => {
      timedOut = true;
      kernel.interrupt().catch(warn);
      timer = setTimeout(() => {
        deps.kernels.restartStuck(execution.sessionId).catch(warn);
      }, interruptGraceMs);
    }, execution.timeoutSeconds * 1000);
  }
  return {
    get timedOut() {
      return timedOut;
    },
    clear: () => clearTimeout(timer),
  };
}
