import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import { DeliveryPace } from '../engines/events/delivery-pace.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { notFound } from '../errors.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { decode } from './event-codec.js';
import type { LogEntry, LogState } from './execution-event.js';
import { followLog, type LogSource } from './follow-log.js';
import { FollowedTail } from './followed-tail.js';
import { LogTails, type SizedEntry } from './log-tails.js';
import { LogWriter, type LogWriterDeps } from './log-writer.js';
import { LogsInUse } from './logs-in-use.js';
import { readLogState } from './read-log-state.js';

const begun: LogState = { sequence: 1, position: 0, size: 0 };

/** The first entry of every log. It is always the same, so the table has no row for it. */
const queued: LogEntry = { sequence: 1, event: { type: 'status', execution_state: 'queued' } };

/** How the writer of a log reports to its owner; see {@link LogWriter}. */
type WriterOptions = Pick<LogWriterDeps, 'state' | 'onDurable'>;

/** What an {@link ExecutionLog} works with. */
export interface ExecutionLogDeps {
  prisma: PrismaClient;
  bus: EventBus;
  log: Logger;
  /** The `runtimeEpoch` with which this process writes; see `RuntimeOwnership`. */
  epoch(): number;
  /** Counts the ends that are written; default nothing does. */
  metrics?: Pick<GatewayMetrics, 'executionEnded'>;
}

/** How much later than the end of a session its late output may be written by another process, in milliseconds. */
const lateWriteMs = 1_000;

/** A log that is followed in this process. */
interface FollowedLog {
  readers: number;
  tail: FollowedTail;
  /** Ends its subscriptions. */
  leave(): void;
}

/**
 * The numbered logs of executions. Entries are written first and published then; every reader reads the log, whichever
 * process writes it.
 */
export class ExecutionLog {
  readonly #tails = new LogTails();
  readonly #followed = new Map<string, FollowedLog>();
  readonly #pace = new DeliveryPace();
  /** The ended logs to which late output is added now, with what ends their use. */
  readonly #late = new Map<string, () => void>();
  readonly #inUse: LogsInUse;
  readonly #closing = sharedAbort();

  readonly #deps: ExecutionLogDeps;

  constructor(deps: ExecutionLogDeps) {
    this.#deps = deps;

    this.#inUse = new LogsInUse(deps.bus);
  }

  /** Aborts when {@link close} is called. */
  get closed(): AbortSignal {
    return this.#closing.signal;
  }

  /** Begins the log of an execution whose row is written: its first entry is `queued`. */
  begin(executionId: string): void {
    this.#tails.begin(executionId, queued);
  }

  /**
   * The writer of an execution's log until its end; there must be only one.
   * @param options.state default that of a log that has only begun
   */
  writer(executionId: string, options: Partial<WriterOptions> = {}): LogWriter {
    return new LogWriter({
      state: begun,
      ...this.#writerDeps(executionId),
      ...options,
      onWritten: (entries) => {
        this.#tails.append(executionId, entries);
        this.#publish(executionId);
      },
      onFinished: (row) => this.#deps.metrics?.executionEnded(row),
      onEnd: () => {
        this.#tails.delete(executionId);
        this.#publish(executionId);
        this.statusChanged(executionId);
      },
    });
  }

  /**
   * The writer of what comes after the end of an execution's log; there must be only one. The log is not pruned until
   * {@link closeLate}.
   */
  lateWriter(executionId: string, options: WriterOptions): LogWriter {
    if (!this.#late.has(executionId)) this.#late.set(executionId, this.#inUse.add(executionId));
    return new LogWriter({
      ...this.#writerDeps(executionId),
      ...options,
      late: true,
      onWritten: () => this.#publish(executionId),
    });
  }

  /** No late output is expected for now. */
  closeLate(executionId: string): void {
    this.#late.get(executionId)?.();
    this.#late.delete(executionId);
    this.#publish(executionId);
  }

  /** How far a log is written in the database. */
  async state(executionId: string): Promise<LogState> {
    const state = await readLogState(this.#deps.prisma, executionId);
    return { ...state, sequence: Math.max(state.sequence, queued.sequence) };
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

  /**
   * At most `limit` entries after a sequence number, as the database has them now; empty when there are none yet. What is read
   * once for all who follow the log may be a moment old, until they hear of the change.
   */
  async read(executionId: string, after: number, limit: number): Promise<LogEntry[]> {
    return (await this.#readPage(executionId, after, limit)).map(({ entry }) => entry);
  }

  /**
   * Replays the log after a sequence number, then follows it to its end. A slow reader costs no memory: it reads on
   * from its position. Ends when the log ends, when `signal` aborts or when the iterator is returned, also while it
   * waits.
   * @param options.lateOf the session whose end is awaited, so that late output is followed too; default none
   */
  follow(
    executionId: string,
    after: number,
    { signal, lateOf }: { signal?: AbortSignal; lateOf?: string } = {},
  ): AsyncIterableIterator<LogEntry> {
    const source: LogSource = {
      read: (cursor, limit) => this.#read(executionId, cursor, limit),
      hasEnded: (cursor) => this.#hasEnded(executionId, cursor, lateOf !== undefined),
      paced: () => this.#pace.next(),
      subscribe: (listener) => this.#subscribe(executionId, listener, lateOf),
      endsWithRun: lateOf === undefined,
    };
    return followLog(source, after, signal);
  }

  /** The executions whose logs are followed now, here or at another gateway, or get late output there. */
  inUse(): string[] {
    return this.#inUse.list();
  }

  /** Ends the waits for a database that does not answer: a log that could not be written ends at the next start. */
  close(): void {
    this.#inUse.close();
    this.#closing.abort();
  }

  #writerDeps(executionId: string) {
    const { prisma, log, epoch } = this.#deps;
    return {
      ...{ prisma, epoch, executionId, signal: this.#closing.signal },
      onDelay: (err: unknown) =>
        log.warn({ err, executionId }, 'the log of an execution waits for the database'),
    };
  }

  /** At most `limit` entries after a sequence number, for who follows the log. */
  async #read(executionId: string, after: number, limit: number): Promise<LogEntry[]> {
    const tail = this.#tails.entries(executionId);
    const first = tail?.[0]?.sequence;
    if (tail && first !== undefined && first <= after + 1) {
      return tail.slice(after + 1 - first, after + 1 - first + limit);
    }
    const followed = this.#followed.get(executionId);
    return followed ? followed.tail.read(after, limit) : this.read(executionId, after, limit);
  }

  async #readPage(executionId: string, after: number, limit: number): Promise<SizedEntry[]> {
    const rows = await this.#deps.prisma.executionEvent.findMany({
      where: { executionId, sequence: { gt: Math.max(after, queued.sequence) } },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
    const entries = rows.map((row) => ({
      entry: { sequence: row.sequence, event: decode(row) },
      size: row.data.length,
    }));
    return after < queued.sequence ? [{ entry: queued, size: 0 }, ...entries].slice(0, limit) : entries;
  }

  #subscribe(executionId: string, listener: () => void, sessionId: string | undefined): () => void {
    const followed = this.#followed.get(executionId) ?? this.#beginFollowing(executionId);
    followed.readers++;
    const { bus } = this.#deps;
    const unsubscribe = [bus.subscribe('execution', executionId, listener), bus.onMissed(listener)];
    if (sessionId) unsubscribe.push(bus.subscribe('session', sessionId, listener));
    return () => {
      for (const leave of unsubscribe) leave();
      followed.readers--;
      if (followed.readers > 0) return;
      this.#followed.delete(executionId);
      followed.leave();
    };
  }

  /** Its listeners come before those of its readers, so that these never read what was read before an event. */
  #beginFollowing(executionId: string): FollowedLog {
    const { bus } = this.#deps;
    const tail = new FollowedTail((after, limit) => this.#readPage(executionId, after, limit));
    const changed = () => tail.changed();
    const unsubscribe = [
      bus.subscribe('execution', executionId, changed),
      bus.onMissed(changed),
      this.#inUse.add(executionId),
    ];
    const leaveAll = () => {
      for (const leave of unsubscribe) leave();
    };
    const followed = { readers: 0, tail, leave: leaveAll };
    this.#followed.set(executionId, followed);
    return followed;
  }

  #publish(executionId: string): void {
    this.#deps.bus.publish('execution', executionId, { executionId });
  }

  /**
   * Whether the log has ended and no entry follows the cursor.
   * @param withLate whether no late output can follow either
   */
  async #hasEnded(executionId: string, cursor: number, withLate: boolean): Promise<boolean> {
    if (this.#tails.has(executionId) || (withLate && this.#late.has(executionId))) return false;
    const ask = () => this.#readEnd(executionId, cursor, withLate);
    const followed = this.#followed.get(executionId);
    const hasEnded = await (followed ? followed.tail.ask(`${cursor} ${withLate}`, ask) : ask());
    // The process that runs the session marks it as ended, and writes then what its kernel sent last.
    if (!hasEnded || !withLate) return hasEnded;
    await sleep(lateWriteMs, undefined, { ref: false });
    return this.#readEnd(executionId, cursor, withLate);
  }

  async #readEnd(executionId: string, cursor: number, withLate: boolean): Promise<boolean> {
    const execution = await this.#deps.prisma.execution.findUnique({
      where: { id: executionId },
      select: {
        finishedAt: true,
        logPrunedAt: true,
        session: { select: { status: true, deletedAt: true } },
        events: { where: { sequence: { gt: cursor } }, take: 1, select: { sequence: true } },
      },
    });
    // Who reads to the end of the run has not got it yet.
    if (!execution && !withLate) throw notFound('The execution');
    if (!execution) return true;
    const { finishedAt, logPrunedAt, session, events } = execution;
    const mayGrow = withLate && !logPrunedAt && !session.deletedAt && session.status !== 'dead';
    return finishedAt !== null && events.length === 0 && !mayGrow;
  }
}
