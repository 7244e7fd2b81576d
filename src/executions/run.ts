import type { Logger } from 'pino';
import type { Execution, ExecutionStatus } from '../../prisma/generated/client/client.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import { shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import type { KernelEvent } from '../engines/kernels/kernel-event.js';
import { KernelLostError } from '../engines/kernels/kernel-lost-error.js';
import type { RunReply } from '../engines/kernels/kernel-run.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { SessionKernels } from '../sessions/session-kernels.js';
import type { Cancellation } from '../workers/cancellation.js';
import type { DurablePositions } from './durable-positions.js';
import { endNotWritten, executionFailure } from './end-without-run.js';
import {
  describeCancellation,
  type ExecutionFailure,
  type FinalResponse,
  type FinalStatus,
  type LogState,
} from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
import { kernelFailure } from './kernel-failure.js';
import { isCausedBy, type KernelOutputs } from './kernel-outputs.js';
import type { LogWriter } from './log-writer.js';
import { markRunning } from './mark-running.js';
import { markTimedOut } from './mark-timed-out.js';
import { OutputCollector } from './output-collector.js';
import { RunTimeout } from './run-timeout.js';
import type { KernelWidgets } from './widgets/kernel-widgets.js';

/** What a run works with. */
export interface RunDeps extends OwnerTarget {
  log: Logger;
  executionLog: ExecutionLog;
  kernels: SessionKernels;
  outputs: KernelOutputs;
  metrics: Pick<GatewayMetrics, 'executionStarted' | 'firstOutput'>;
}

/** What an earlier process of the gateway has written of a run that goes on. */
export interface ResumedLog {
  state: LogState;
  /** Has the outputs until now. */
  collector: OutputCollector;
}

/** The result of a run for the runs after it. */
export interface RunEnd {
  /** Whether it failed, so that code which builds on it should not run. */
  hasFailed: boolean;
  /** The kernel's counter; null when the kernel did not report it. */
  executionCount: number | null;
  /**
   * Whether this process may run nothing after it: it stops while the run goes on in its kernel, or another gateway has taken
   * over, so that the end of the run is not written here.
   */
  isHandedOver: boolean;
}

const outputTypes: ReadonlySet<string> = new Set(['stream', 'display_data', 'execute_result', 'error']);

/** One execution on a kernel: it is sent to an idle one, or resumed where an earlier process sent it. */
export class Run {
  /** The id of its execution. */
  readonly id: string;
  readonly #log: Logger;
  readonly #writer: LogWriter;
  readonly #collector: OutputCollector;
  readonly #startedAt: Date;
  readonly #positions: DurablePositions | undefined;
  readonly #widgets: KernelWidgets | undefined;
  /** Whether the kernel keeps what it sends while no gateway is connected. */
  readonly #isExact: boolean;
  /** A request for input was answered, and the kernel has said nothing since. */
  #isInputAnswered = false;
  /** The position of the last of the run's messages in the spool of the relay. */
  #endPosition: number | undefined;
  /** The position of the last message that an earlier process has written. */
  readonly #knownPosition: number;
  #executionCount: number | null = null;
  #isKernelGone = false;
  #hasOutput: boolean;
  #cancellation: Cancellation | undefined;
  readonly #workerId: string | undefined;

  readonly #deps: RunDeps;
  readonly #execution: Execution;
  readonly #kernel: KernelConnection;

  constructor(deps: RunDeps, execution: Execution, kernel: KernelConnection, resumed?: ResumedLog) {
    this.#deps = deps;
    this.#execution = execution;
    this.#kernel = kernel;

    this.#collector = resumed?.collector ?? new OutputCollector();
    this.#startedAt = execution.startedAt ?? new Date();
    this.#positions = deps.outputs.positions(kernel);
    this.#widgets = deps.outputs.widgets(kernel);
    this.#isExact = kernel.isExact;
    this.#knownPosition = resumed?.state.position ?? 0;
    // When a run that goes on had its first output is not known.
    this.#hasOutput = resumed !== undefined;
    this.id = execution.id;
    this.#workerId = deps.kernels.workerId(execution.sessionId);
    this.#log = deps.log.child({ executionId: execution.id });
    this.#writer = deps.executionLog.writer(execution.id, {
      onDurable: (position) => this.#positions?.written(this.id, position),
      ...(resumed ? { state: resumed.state } : {}),
    });
  }

  /** See `KernelConnection.answerInput`. */
  answerInput(requestId: string, value: string): boolean {
    return this.#kernel.answerInput(requestId, value);
  }

  /** Notes why its kernel, or its worker, is going to be ended: unless it ends before, it ends as cancelled. */
  cancelled(cancellation: Cancellation): void {
    this.#cancellation ??= cancellation;
  }

  /** Takes back what {@link cancelled} noted: its kernel was not ended. */
  withdrawCancellation(cancellation: Cancellation): void {
    if (this.#cancellation === cancellation) this.#cancellation = undefined;
  }

  /** Runs the code and writes the log to its end; called once. Never throws. */
  async run(): Promise<RunEnd> {
    // The kernel first: the embedded database works on this very thread.
    const running = this.#execute();
    const marked = this.#markRunning();
    const end = await this.#endOf(running);
    if (end === 'handedOver') {
      await Promise.all([marked, this.#writer.flush()]);
      return { hasFailed: false, executionCount: null, isHandedOver: true };
    }
    const status = end.type === 'failure' ? 'failed' : end.status;
    const finishedAt = new Date();
    await marked;
    const isHandedOver = !(await this.#finish(end, { status, finishedAt }));
    // A kernel that was restarted because it ignored the timeout has lost its memory.
    const hasFailed =
      status === 'error' || status === 'failed' || (status === 'timed_out' && this.#isKernelGone);
    return { hasFailed, executionCount: this.#executionCount, isHandedOver };
  }

  #execute(): Promise<RunReply> {
    const { id, code, createdAt, startedAt } = this.#execution;
    if (!startedAt) this.#deps.metrics.executionStarted(this.#startedAt.getTime() - createdAt.getTime());
    const running = this.#kernel.execute(
      { code, messageId: id, owns: (event, parentId) => isCausedBy(id, event, parentId) },
      (event, position, parentId) => this.#onEvent(event, position, parentId),
      (position) => this.#onEnding(position),
    );
    // It may fail before `endOf` waits for it.
    running.catch(() => {});
    return running;
  }

  #onEvent(event: KernelEvent, position?: number, parentId = this.id): void {
    this.#noteOutput(event);
    this.#holdInput(event, position);
    const isKnown = position !== undefined && position <= this.#knownPosition;
    const taken = isKnown || !this.#widgets ? event : this.#widgets.take(parentId, event);
    if (!taken) return;
    if (position !== undefined) this.#positions?.received(this.id, position);
    this.#writer.write(taken, position);
    if (!isKnown && taken.type !== 'widget_output') this.#collector.add(taken);
  }

  #noteOutput({ type }: KernelEvent): void {
    if (this.#hasOutput || !outputTypes.has(type)) return;
    this.#hasOutput = true;
    this.#deps.metrics.firstOutput(Date.now() - this.#startedAt.getTime());
  }

  /**
   * The relay keeps a request for input until the kernel says something after it was answered, so that it can be answered after a
   * restart of the gateway: the answer may be lost with a connection.
   */
  #holdInput(event: KernelEvent, position?: number): void {
    const input = `${this.id} input`;
    const state = event.type === 'status' ? event.execution_state : undefined;
    if (position === undefined) {
      // The connection says so, and not the kernel.
      this.#isInputAnswered ||= state === 'busy';
    } else if (state === 'waiting_for_input') {
      this.#isInputAnswered = false;
      this.#positions?.received(input, position);
    } else if (this.#isInputAnswered) {
      this.#isInputAnswered = false;
      this.#positions?.written(input, Number.POSITIVE_INFINITY);
    }
  }

  /**
   * The relay keeps the reply and the idle status until the end of the log is durable, or what the kernel sends behind a run that
   * failed: without it, the run would go on for ever at the next gateway.
   */
  #onEnding(position?: number): void {
    const end = `${this.id} end`;
    if (position === undefined) this.#positions?.hold(end);
    else this.#positions?.received(end, position);
    this.#endPosition = position ?? this.#endPosition;
  }

  async #markRunning(): Promise<void> {
    if (this.#execution.startedAt) return;
    const { id } = this.#execution;
    try {
      await untilAnswered(() => markRunning(this.#deps, id, this.#startedAt), { maxMs: shortOutageMs });
      this.#deps.executionLog.statusChanged(id);
    } catch (err) {
      this.#log.error({ err }, 'a run was not marked as running');
    }
  }

  async #endOf(running: Promise<RunReply>): Promise<FinalResponse | ExecutionFailure | 'handedOver'> {
    const execution = this.#execution;
    const kernel = this.#kernel;
    const log = this.#log;
    const timeout = new RunTimeout({
      ...{ execution, kernel, kernels: this.#deps.kernels, log },
      markTimedOut: () => markTimedOut(this.#deps, execution.id),
      startedAt: this.#startedAt,
    });
    try {
      const reply = await running;
      this.#widgets?.sync();
      this.#executionCount = reply.executionCount;
      if (timeout.hasPassed) return this.#finalResponse('timed_out');
      // A server that stops interrupts its kernels.
      return this.#finalResponse(this.#cancellation && reply.status !== 'ok' ? 'cancelled' : reply.status);
    } catch (error) {
      if (this.#isExact && error instanceof KernelLostError && error.reason === 'released')
        return 'handedOver';
      this.#isKernelGone = error instanceof KernelLostError;
      if (!this.#isKernelGone) log.error({ err: error }, 'a run broke');
      if (!this.#isOnPurpose(error)) {
        // It was sent to the kernel, which may have begun.
        return executionFailure(await kernelFailure(error, this.#deps.kernels, this.#workerId), {
          retryable: false,
        });
      }
      return this.#finalResponse(timeout.hasPassed ? 'timed_out' : 'cancelled');
    } finally {
      timeout.clear();
    }
  }

  /** Whether somebody ended the kernel, or its worker; not so where the gateway leaves a kernel running. */
  #isOnPurpose(error: unknown): boolean {
    if (!(error instanceof KernelLostError) || error.reason === 'released') return false;
    return this.#cancellation !== undefined || ['restarted', 'shutdown'].includes(error.reason);
  }

  #finalResponse(status: FinalStatus): FinalResponse {
    const finishedAt = new Date();
    const { outputs, cutOutputs } = this.#collector;
    if (cutOutputs > 0)
      this.#writer.write({ type: 'output_lost', count: cutOutputs, reason: 'outputs_limit' });
    return {
      type: 'final_response',
      status,
      ...describeCancellation(status === 'cancelled' ? (this.#cancellation ?? null) : null),
      execution_count: this.#executionCount,
      outputs,
      truncated: this.#collector.isTruncated,
      started_at: this.#startedAt.toISOString(),
      finished_at: finishedAt.toISOString(),
      duration_ms: finishedAt.getTime() - this.#startedAt.getTime(),
    };
  }

  /** @returns false when another gateway has taken over, which writes the end */
  async #finish(
    end: FinalResponse | ExecutionFailure,
    row: { status: ExecutionStatus; finishedAt: Date },
  ): Promise<boolean> {
    const executionCount = this.#executionCount;
    const startedAt = this.#startedAt;
    try {
      await this.#writer.finish(end, { ...row, executionCount, startedAt }, this.#endPosition);
      for (const held of ['end', 'input'])
        this.#positions?.written(`${this.id} ${held}`, Number.POSITIVE_INFINITY);
      return true;
    } catch (err) {
      return endNotWritten(this.#log, err);
    }
  }
}
