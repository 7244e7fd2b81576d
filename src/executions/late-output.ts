import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { isUuid } from '../validation/validate.js';
import type { DurablePositions } from './durable-positions.js';
import type { ExecutionEvent, LogState } from './execution-event.js';
import type { ExecutionLog } from './execution-log.js';
import type { LogWriter } from './log-writer.js';

/** What {@link LateOutput} works with. */
export interface LateOutputDeps {
  prisma: PrismaClient;
  executionLog: ExecutionLog;
  log: Logger;
  sessionId: string;
  /** Resolves when the end of an execution of this session is written, if that is being done; never rejects. */
  endWritten(executionId: string): Promise<void>;
  positions: DurablePositions;
}

/** What a kernel may add to the log of a run that has ended; only then a viewer can show it. */
const outputs: ReadonlySet<ExecutionEvent['type']> = new Set([
  'stream',
  'display_data',
  'update_display_data',
  'execute_result',
  'error',
  'clear_output',
  'comm_open',
  'comm_msg',
  'comm_close',
  'widget_output',
  'output_lost',
]);

/** Whether an event is one that a log can get behind its end too. */
export function isOutput({ type }: ExecutionEvent): boolean {
  return outputs.has(type);
}

/** This many logs of one session can get late output at the same time. */
const maxLogs = 64;
/** A log without late output for so long is closed until more comes. */
const idleMs = 10_000;
/** What is dropped is counted for so many other logs: those that a kernel names, also where there is no such execution. */
const maxCounted = 10_000;

/**
 * Appends the output of one session that came after the end of its run to the log of that run: what threads, tasks and child
 * processes print. Output of unknown runs, and of those whose log has expired, is dropped.
 */
export class LateOutput {
  /** The logs that are open, the one that was used last at the end. */
  readonly #logs = new Map<string, { writer: LogWriter; timer: NodeJS.Timeout }>();
  /** What was dropped because too many logs were open, until its own log is opened and says so. */
  readonly #dropped = new Map<string, { count: number; position: number | undefined }>();

  readonly #deps: LateOutputDeps;

  constructor(deps: LateOutputDeps) {
    this.#deps = deps;
  }

  /**
   * Takes an event that belongs to no run that goes on.
   * @param event undefined for a message that no log has
   * @param position of its message in the spool of the relay; default none
   */
  add(executionId: string, event: ExecutionEvent | undefined, position?: number): void {
    this.#writeDropped();
    const isWritten = event !== undefined && isOutput(event) && isUuid(executionId);
    const writer = isWritten ? this.#writer(executionId) : undefined;
    if (isWritten && !writer && this.#drop(executionId, position)) return;
    // Apart from what the run itself still has to write, and what no log has from both.
    const key = writer ? late(executionId) : 'in no log';
    if (position !== undefined) this.#deps.positions.received(key, position);
    if (writer) writer.write(event!, position);
    else if (position !== undefined) this.#deps.positions.written(key, position);
  }

  /** Resolves when all late output is written. Nothing is added after that. */
  async close(): Promise<void> {
    do {
      this.#writeDropped();
      const logs = [...this.#logs];
      await Promise.all(logs.map(([, { writer }]) => writer.flush()));
      for (const [executionId] of logs) this.#close(executionId);
    } while (this.#logs.size + this.#dropped.size > 0);
  }

  /** Undefined where too many logs are open. */
  #writer(executionId: string): LogWriter | undefined {
    const open = this.#logs.get(executionId);
    if (open) {
      open.timer.refresh();
      // The last of the map again.
      this.#logs.delete(executionId);
      this.#logs.set(executionId, open);
      return open.writer;
    }
    return this.#hasRoom() ? this.#openLog(executionId) : undefined;
  }

  #openLog(executionId: string): LogWriter {
    const { executionLog, positions } = this.#deps;
    const writer = executionLog.lateWriter(executionId, {
      state: () => this.#open(executionId),
      onDurable: (position) => positions.written(late(executionId), position),
    });
    const timer = setTimeout(() => this.#closeOrWait(executionId), idleMs).unref();
    this.#logs.set(executionId, { writer, timer });
    const dropped = this.#dropped.get(executionId);
    this.#dropped.delete(executionId);
    if (dropped) writer.write(lost(dropped.count), dropped.position);
    return writer;
  }

  /**
   * Counts an event that is dropped. The relay keeps it until the log says that: it is not lost where this process ends before.
   * @returns false where that cannot be counted either
   */
  #drop(executionId: string, position: number | undefined): boolean {
    const before = this.#dropped.get(executionId);
    // Once until all is written: a kernel may name any number of executions.
    if (this.#dropped.size === 0) this.#deps.log.warn({ executionId }, 'late output is dropped');
    if (!before && this.#dropped.size >= maxCounted) return false;
    this.#dropped.set(executionId, { count: (before?.count ?? 0) + 1, position });
    if (position !== undefined) this.#deps.positions.received(late(executionId), position);
    return true;
  }

  /** Opens the logs of which something was dropped, as far as others need not be open. */
  #writeDropped(): void {
    for (const executionId of this.#dropped.keys()) {
      if (!this.#hasRoom()) return;
      this.#openLog(executionId);
    }
  }

  /**
   * Null where the log may not grow any more, or is not one of this session.
   * @throws FormerOwnerError when the run has not ended in the database: its end was not written here, and who goes on with it
   *   needs these messages again
   */
  async #open(executionId: string): Promise<LogState | null> {
    const { prisma, sessionId, endWritten, executionLog } = this.#deps;
    await endWritten(executionId);
    const where = { id: executionId, sessionId };
    const select = { finishedAt: true, logPrunedAt: true };
    const execution = await prisma.execution.findFirst({ where, select });
    if (execution?.finishedAt === null) throw new FormerOwnerError();
    return execution && execution.logPrunedAt === null ? executionLog.state(executionId) : null;
  }

  #closeOrWait(executionId: string): void {
    const open = this.#logs.get(executionId);
    if (open?.writer.isBusy) {
      // Nothing may follow that would say what was dropped.
      void open.writer.flush();
      open.timer.refresh();
      return;
    }
    this.#close(executionId);
    this.#writeDropped();
  }

  /** Whether one more log can be open; closes one that nothing waits for where that is needed. */
  #hasRoom(): boolean {
    if (this.#logs.size < maxLogs) return true;
    const idle = [...this.#logs].find(([, { writer }]) => !writer.isBusy);
    if (idle) this.#close(idle[0]);
    return idle !== undefined;
  }

  #close(executionId: string): void {
    clearTimeout(this.#logs.get(executionId)?.timer);
    if (this.#logs.delete(executionId)) this.#deps.executionLog.closeLate(executionId);
  }
}

function lost(count: number): ExecutionEvent {
  return { type: 'output_lost', count, reason: 'backlog' };
}

/** What stands for the late output of an execution among the positions of its kernel. */
function late(executionId: string): string {
  return `late ${executionId}`;
}
