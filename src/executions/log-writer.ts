import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import type { ExecutionEvent, ExecutionFailure, FinalResponse, LogState } from './execution-event.js';
import { LogBacklog } from './log-backlog.js';
import type { SizedEntry } from './log-tails.js';
import { untilWritten } from './until-written.js';
import { type EndedRow, insertEnd, insertEntries } from './write-log.js';

/** `busy` and the like wait so long for output that may follow: one write in place of three. */
const holdMs = 5;

/** What a {@link LogWriter} works with. */
export interface LogWriterDeps extends OwnerTarget {
  executionId: string;
  /**
   * What the log has already. A function is called before the first write, and events wait meanwhile; null when the log may
   * not grow any more.
   */
  state: LogState | (() => Promise<LogState | null>);
  /** Whether what is written came after the end of the run; default false. */
  late?: boolean;
  /** Called with each batch of entries once it is durable. */
  onWritten(entries: SizedEntry[]): void;
  /**
   * Called with the highest position in the relay's spool up to which all events that were given are durable; with
   * `Infinity` when the log can never have them. Not called for what another gateway is going to write.
   */
  onDurable?(position: number): void;
  /** Called once, when the end of the log is durable. */
  onFinished?(row: EndedRow): void;
  /** Called once, when the end of the log is durable or could not be written. */
  onEnd?(): void;
  /** Ends the waits for the database. */
  signal: AbortSignal;
  /** Called with the database's error when it has not accepted a batch for some time. */
  onDelay(error: unknown): void;
}

/**
 * The one writer of an execution's log. Events get their numbers when they are written, in batches. While the database
 * does not answer, they wait in a {@link LogBacklog}.
 */
export class LogWriter {
  readonly #backlog: LogBacklog;
  #sequence = 0;
  /** What the log had before this writer. */
  #position = 0;
  #open: (() => Promise<LogState | null>) | undefined;
  #failure: unknown;
  #draining: Promise<void> | undefined;
  #held: NodeJS.Timeout | undefined;

  readonly #deps: LogWriterDeps;

  constructor(deps: LogWriterDeps) {
    this.#deps = deps;

    const { state } = deps;
    this.#backlog = new LogBacklog(false);
    if (typeof state === 'function') this.#open = state;
    else this.#begin(state);
  }

  /** Whether events wait, or are being written, or it is not written yet that some were dropped. */
  get isBusy(): boolean {
    return this.#draining !== undefined || !this.#backlog.isEmpty || this.#backlog.hasLost;
  }

  /**
   * Adds an event; returns immediately. One that the log has already is ignored.
   * @param position of its message in the spool of the relay; default none
   */
  write(event: ExecutionEvent, position = 0): void {
    if (this.#failure || (position > 0 && position <= this.#position)) {
      // It was not handed to the backlog, so nothing else reports it.
      if (this.isBusy) return;
      if (this.#failure) this.#abandon();
      else this.#deps.onDurable?.(position);
      return;
    }
    const urgency = this.#backlog.add(event, position);
    if (urgency === 'now') this.#start();
    else if (urgency === 'soon') this.#held ??= setTimeout(() => this.#start(), holdMs);
  }

  /** Resolves when what waits is written, or can never be. */
  async flush(): Promise<void> {
    while (this.isBusy || (this.#open && !this.#failure)) {
      this.#backlog.addLost();
      this.#start();
      await this.#draining;
    }
  }

  /**
   * Writes the events that wait, then the end of the log and the execution's row in one transaction. Returns once the
   * database has accepted them.
   * @param position of the last message of the run in the spool of the relay; default none
   * @throws the database's error when the execution does not exist any more or the log is closed: the log has no end
   *   then
   */
  async finish(end: FinalResponse | ExecutionFailure, row: EndedRow, position?: number): Promise<void> {
    const { executionId } = this.#deps;
    await this.flush();
    try {
      if (this.#failure) throw this.#failure;
      const entry = { sequence: this.#sequence + 1, event: end, position };
      await untilWritten(() => insertEnd(this.#deps, executionId, entry, row), this.#deps);
      this.#deps.onFinished?.(row);
    } finally {
      this.#deps.onEnd?.();
    }
  }

  #begin({ sequence, position, size }: LogState): void {
    this.#sequence = sequence;
    this.#position = position;
    this.#backlog.begin({ position, size });
  }

  #start(): void {
    clearTimeout(this.#held);
    this.#held = undefined;
    if (!this.#backlog.isEmpty || this.#open) this.#draining ??= this.#drain();
  }

  /** Writes batches until nothing waits. Never rejects. */
  async #drain(): Promise<void> {
    try {
      if (this.#open) await this.#beginLater(this.#open);
      while (!this.#backlog.isEmpty) await this.#writeBatch();
    } catch (error) {
      this.#failure = error;
      this.#backlog.clear();
      this.#abandon();
    } finally {
      this.#draining = undefined;
    }
  }

  /** The relay need not keep what can never be written. */
  #abandon(): void {
    if (this.#deps.signal.aborted || this.#failure instanceof FormerOwnerError) return;
    this.#deps.onDurable?.(Number.POSITIVE_INFINITY);
  }

  async #beginLater(open: () => Promise<LogState | null>): Promise<void> {
    const state = await untilWritten(open, this.#deps);
    if (!state) throw new Error('The log may not grow any more.');
    this.#open = undefined;
    this.#begin(state);
    this.#deps.onDurable?.(state.position);
  }

  async #writeBatch(): Promise<void> {
    const { executionId, late } = this.#deps;
    const batch = this.#backlog.takeBatch();
    const sized = batch.map(({ event, size }) => ({
      entry: { sequence: ++this.#sequence, event: late ? { ...event, late } : event },
      size,
    }));
    const entries = sized.map(({ entry }, i) => ({ ...entry, position: batch[i]!.position }));
    await untilWritten(() => insertEntries(this.#deps, executionId, entries), this.#deps);
    this.#deps.onWritten(sized);
    this.#deps.onDurable?.(Math.max(...batch.map(({ position }) => position)));
  }
}
