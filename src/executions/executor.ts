import type { Logger } from 'pino';
import type { Execution, PrismaClient } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { DomainError } from '../errors.js';
import { type EndWithoutRun, endWithoutRun, gatewayRestarted } from './end-without-run.js';
import type { ExecutionLog } from './execution-log.js';
import { runExecution } from './run-execution.js';

/** Runs the executions of each session one after the other, in the order in which they came. */
export interface Executor {
  /** Queues an execution whose row and first log entry are written. @throws DomainError `quota_exceeded` */
  submit(execution: Execution): void;
  /** Takes a queued execution out of its queue; it ends as `cancelled`. False when it is not queued here. */
  cancel(execution: Execution): Promise<boolean>;
  /** Ends everything queued in a session. What runs ends by itself when its kernel restarts or goes. */
  clear(sessionId: string, end: EndWithoutRun): Promise<void>;
  /** Whether the session has room for one more. */
  assertRoom(sessionId: string): void;
  /**
   * Ends what is queued as `gateway_restarted` and takes nothing more; resolves when what runs is over, to which the
   * caller lets go of its kernels.
   */
  close(): Promise<void>;
}

/** What the executor needs of the sessions. */
export interface KernelProvider {
  /** Waits, within bounds, until the session's kernel is idle. @throws DomainError when there is none any more */
  ready(sessionId: string): Promise<KernelConnection>;
  /**
   * Told when a session begins a cell.
   * @returns what is to be told that the cell is over, and how far the kernel's counter is
   */
  began(sessionId: string): (executionCount: number | null) => void;
  /** Restarts a kernel that ignores its interrupt. */
  restartStuck(sessionId: string): Promise<void>;
}

const longestQueue = 1000;

/** Makes an {@link Executor}. */
export function createExecutor(deps: {
  prisma: PrismaClient;
  log: Logger;
  executionLog: ExecutionLog;
  kernels: KernelProvider;
}): Executor {
  const queues = new Map<string, Execution[]>();
  const draining = new Set<Promise<void>>();
  let closed = false;

  function assertRoom(sessionId: string): void {
    if ((queues.get(sessionId)?.length ?? 0) >= longestQueue) {
      throw new DomainError(
        'quota_exceeded',
        `A session queues at most ${longestQueue} cells; wait for some to end.`,
      );
    }
  }

  async function drain(sessionId: string, queue: Execution[]): Promise<void> {
    try {
      while (queue.length > 0) {
        let kernel: KernelConnection;
        try {
          kernel = await deps.kernels.ready(sessionId);
        } catch (error) {
          const execution = queue.shift();
          if (execution) await endWithoutRun(deps, execution, { failure: error });
          continue;
        }
        const execution = queue.shift();
        if (!execution) break;
        const running = runExecution(deps, execution, kernel);
        const ended = deps.kernels.began(sessionId);
        const end = await running;
        ended(end.executionCount);
        if (end.broke && execution.stopOnError) {
          const behind = queue.filter((one) => one.userId === execution.userId);
          for (const one of behind) queue.splice(queue.indexOf(one), 1);
          for (const one of behind) await endWithoutRun(deps, one, { status: 'aborted' });
        }
      }
    } finally {
      queues.delete(sessionId);
    }
  }

  async function clear(sessionId: string, end: EndWithoutRun): Promise<void> {
    const queued = queues.get(sessionId)?.splice(0) ?? [];
    for (const execution of queued) await endWithoutRun(deps, execution, end);
  }

  function follow(work: Promise<void>): void {
    draining.add(work);
    work.finally(() => draining.delete(work));
  }

  return {
    assertRoom,
    submit(execution) {
      const { sessionId } = execution;
      if (closed) return follow(endWithoutRun(deps, execution, { failure: gatewayRestarted() }));
      const queue = queues.get(sessionId);
      if (queue) {
        queue.push(execution);
        return;
      }
      const started = [execution];
      queues.set(sessionId, started);
      const work = drain(sessionId, started).catch((error) =>
        deps.log.error({ err: error, sessionId }, 'a session queue broke'),
      );
      follow(work);
    },
    async cancel(execution) {
      const queue = queues.get(execution.sessionId);
      const at = queue?.findIndex((one) => one.id === execution.id) ?? -1;
      if (at < 0) return false;
      queue!.splice(at, 1);
      await endWithoutRun(deps, execution, { status: 'cancelled' });
      return true;
    },
    clear,
    async close() {
      closed = true;
      for (const sessionId of queues.keys()) follow(clear(sessionId, { failure: gatewayRestarted() }));
      while (draining.size > 0) await Promise.all(draining);
    },
  };
}
