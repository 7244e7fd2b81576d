import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import type { ExecutionEvent, ExecutionFailure, FinalResponse } from './execution-event.js';
import { LogBacklog } from './log-backlog.js';
import type { SizedEntry } from './log-tails.js';
import { untilWritten } from './until-written.js';
import { insertEnd, insertEntries } from './write-log.js';

/** `busy` and the like wait so long for output that may follow: one write in place of three. */
const holdMs = 5;

/** What a {@link LogWriter} works with. */
export interface LogWriterDeps {
  prisma: PrismaClient;
  executionId: string;
  /** The number of the newest entry that the log has already. */
  lastSequence: number;
  /** Called with each batch of entries once it is durable. */
  onWritten(entries: SizedEntry[]): void;
  /** Called once, when the end of the log is durable or could not be written. */
  onEnd(): void;
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
  readonly #backlog = new LogBacklog();
  #sequence: number;
  #failure: unknown;
  #draining: Promise<void> | undefined;
  #held: NodeJS.Timeout | undefined;

  readonly #deps: LogWriterDeps;

  constructor(deps: LogWriterDeps) {
    this.#deps = deps;

    this.#sequence = deps.lastSequence;
  }

  /** Adds an event; returns immediately. */
  write(event: ExecutionEvent): void {
    if (this.#failure) return;
    const urgency = this.#backlog.add(event);
    if (urgency === 'now') this.#start();
    else if (urgency === 'soon') this.#held ??= setTimeout(() => this.#start(), holdMs);
  }

  /**
   * Writes the events that wait, then the end of the log and the execution's row in one transaction. Returns once the
   * database has accepted them.
   * @throws the database's error when the execution does not exist any more or the log is closed: the log has no end
   *   then
   */
  async finish(end: FinalResponse | ExecutionFailure, row: Prisma.ExecutionUpdateInput): Promise<void> {
    const { prisma, executionId } = this.#deps;
    this.#backlog.addLost();
    while (this.#draining || !this.#backlog.isEmpty) {
      this.#start();
      await this.#draining;
    }
    try {
      if (this.#failure) throw this.#failure;
      const entry = { sequence: this.#sequence + 1, event: end };
      await untilWritten(() => insertEnd(prisma, executionId, entry, row), this.#deps);
    } finally {
      this.#deps.onEnd();
    }
  }

  #start(): void {
    clearTimeout(this.#held);
    this.#held = undefined;
    if (!this.#backlog.isEmpty) this.#draining ??= this.#drain();
  }

  /** Writes batches until nothing waits. Never rejects. */
  async #drain(): Promise<void> {
    try {
      while (!this.#backlog.isEmpty) await this.#writeBatch();
    } catch (error) {
      this.#failure = error;
      this.#backlog.clear();
    } finally {
      this.#draining = undefined;
    }
  }

  async #writeBatch(): Promise<void> {
    const { prisma, executionId } = this.#deps;
    const sized = this.#backlog
      .takeBatch()
      .map(({ event, size }) => ({ entry: { sequence: ++this.#sequence, event }, size }));
    const entries = sized.map(({ entry }) => entry);
    await untilWritten(() => insertEntries(prisma, executionId, entries), this.#deps);
    this.#deps.onWritten(sized);
  }
}
