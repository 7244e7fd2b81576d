import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { decode } from './event-codec.js';
import type { LogEntry } from './execution-event.js';
import { followLog } from './follow-log.js';
import { LogTails } from './log-tails.js';
import { LogWriter } from './log-writer.js';

/** The first entry of every log. It is always the same, so the table has no row for it. */
const queued: LogEntry = { sequence: 1, event: { type: 'status', execution_state: 'queued' } };

/** The numbered logs of executions. Entries are written first and published then; every reader reads the log. */
export class ExecutionLog {
  readonly #tails = new LogTails();
  /** How many follow a log. */
  readonly #readers = new Map<string, number>();
  readonly #closing = new AbortController();

  readonly #deps: { prisma: PrismaClient; bus: EventBus; log: Logger };

  constructor(deps: { prisma: PrismaClient; bus: EventBus; log: Logger }) {
    this.#deps = deps;
  }

  /** Begins the log of an execution whose row is written: its first entry is `queued`. */
  begin(executionId: string): void {
    this.#tails.begin(executionId, queued);
  }

  /**
   * The writer of an execution's log; there must be only one.
   * @param lastSequence the number of the newest entry that the log has already
   */
  writer(executionId: string, lastSequence: number): LogWriter {
    const { prisma, log } = this.#deps;
    return new LogWriter({
      prisma,
      executionId,
      lastSequence,
      onWritten: (entries) => {
        this.#tails.append(executionId, entries);
        this.#publish(executionId);
      },
      onEnd: () => {
        this.#tails.delete(executionId);
        this.#publish(executionId);
        this.statusChanged(executionId);
      },
      signal: this.#closing.signal,
      onDelay: (err) => log.warn({ err, executionId }, 'the log of an execution waits for the database'),
    });
  }

  /** Publishes that the row of an execution has another status. The end of a log is published without it. */
  statusChanged(executionId: string): void {
    this.#deps.bus.publish('executionStatus', executionId, { executionId });
  }

  /** The number of the newest entry. */
  async lastSequence(executionId: string): Promise<number> {
    const newest =
      this.#tails.entries(executionId)?.at(-1) ??
      (await this.#deps.prisma.executionEvent.findFirst({
        where: { executionId },
        orderBy: { sequence: 'desc' },
        select: { sequence: true },
      }));
    return Math.max(newest?.sequence ?? 0, queued.sequence);
  }

  /** At most `limit` entries after a sequence number; empty when there are none yet. */
  async read(executionId: string, after: number, limit: number): Promise<LogEntry[]> {
    const tail = this.#tails.entries(executionId);
    const first = tail?.[0]?.sequence;
    if (tail && first !== undefined && first <= after + 1) {
      return tail.slice(after + 1 - first, after + 1 - first + limit);
    }
    const rows = await this.#deps.prisma.executionEvent.findMany({
      where: { executionId, sequence: { gt: Math.max(after, queued.sequence) } },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
    const entries = rows.map((row) => ({ sequence: row.sequence, event: decode(row) }));
    return after < queued.sequence ? [queued, ...entries].slice(0, limit) : entries;
  }

  /**
   * Replays the log after a sequence number, then follows it to its end. A slow reader costs no memory: it reads on
   * from its position. Ends when the log ends, when `signal` aborts or when the iterator is returned, also while it
   * waits.
   */
  follow(executionId: string, after: number, signal?: AbortSignal): AsyncIterableIterator<LogEntry> {
    const source = {
      read: (cursor: number, limit: number) => this.read(executionId, cursor, limit),
      hasEnded: (cursor: number) => this.#hasEnded(executionId, cursor),
      subscribe: (listener: () => void) => this.#subscribe(executionId, listener),
    };
    return followLog(source, after, signal);
  }

  /** The executions whose logs are followed in this process now. */
  readNow(): string[] {
    return [...this.#readers.keys()];
  }

  /** Ends the waits for a database that does not answer: a log that could not be written ends at the next start. */
  close(): void {
    this.#closing.abort();
  }

  #subscribe(executionId: string, listener: () => void): () => void {
    this.#readers.set(executionId, (this.#readers.get(executionId) ?? 0) + 1);
    const unsubscribe = this.#deps.bus.subscribe('execution', executionId, listener);
    return () => {
      unsubscribe();
      const left = this.#readers.get(executionId)! - 1;
      if (left > 0) this.#readers.set(executionId, left);
      else this.#readers.delete(executionId);
    };
  }

  #publish(executionId: string): void {
    this.#deps.bus.publish('execution', executionId, { executionId });
  }

  /** Whether the log has ended and no entry follows the cursor. */
  async #hasEnded(executionId: string, cursor: number): Promise<boolean> {
    if (this.#tails.has(executionId)) return false;
    const execution = await this.#deps.prisma.execution.findUnique({
      where: { id: executionId },
      select: {
        finishedAt: true,
        events: { where: { sequence: { gt: cursor } }, take: 1, select: { sequence: true } },
      },
    });
    return !execution || (execution.finishedAt !== null && execution.events.length === 0);
  }
}
