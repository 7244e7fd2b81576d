import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { decode } from './event-codec.js';
import { isTerminal, type LogEntry } from './execution-event.js';
import { createLogWriter, type LogWriter } from './log-writer.js';

/** The numbered logs of executions: written first, then fanned out; every reader reads the log. */
export interface ExecutionLog {
  /** The one writer of an execution's log; `lastSequence` is what stands in it already. */
  writer(executionId: string, lastSequence: number): LogWriter;
  /** Begins the log of an execution whose row is written: its first entry is `queued`. */
  begin(executionId: string): void;
  /** Tells who watches that the row of an execution has another status; the end of a log tells it by itself. */
  statusChanged(executionId: string): void;
  /** The number of the newest entry. */
  lastSequence(executionId: string): Promise<number>;
  /** At most `limit` entries after a sequence number; empty when there are none yet. */
  read(executionId: string, after: number, limit: number): Promise<LogEntry[]>;
  /**
   * Replays the log after a sequence number, then follows it to its end. A slow reader costs no memory: it reads on
   * from its cursor. Ends when the log ends, `signal` aborts or the iterator is returned, also while it waits.
   */
  follow(executionId: string, after: number, signal?: AbortSignal): AsyncIterableIterator<LogEntry>;
  /** Ends the waiting for a database that does not answer: what could not be written ends at the next start. */
  close(): void;
}

/** The newest entries of a log that is being written, so that followers need not ask the database. */
interface Tail {
  entries: LogEntry[];
  size: number;
}

/** The first entry of every log; it goes without saying, so no row is written for it. */
const queued: LogEntry = { sequence: 1, event: { type: 'status', execution_state: 'queued' } };

const tailLimit = 1024 * 1024;
const pageSize = 256;
const pollMs = 15_000;

/** Opens the {@link ExecutionLog} over its table. */
export function openExecutionLog(deps: { prisma: PrismaClient; bus: EventBus; log: Logger }): ExecutionLog {
  const { prisma, bus, log } = deps;
  const tails = new Map<string, Tail>();
  const closing = new AbortController();

  function statusChanged(executionId: string): void {
    bus.publish('executionStatus', executionId, { executionId });
  }

  function written(executionId: string, entries: { entry: LogEntry; size: number }[], ended: boolean): void {
    if (ended) {
      tails.delete(executionId);
    } else {
      const tail = tails.get(executionId) ?? { entries: [], size: 0 };
      tails.set(executionId, tail);
      for (const { entry, size } of entries) {
        tail.entries.push(entry);
        tail.size += size;
      }
      if (tail.size > tailLimit) {
        tail.entries = entries.map(({ entry }) => entry).slice(-pageSize);
        tail.size = entries.slice(-pageSize).reduce((sum, { size }) => sum + size, 0);
      }
    }
    bus.publish('execution', executionId, { executionId });
    if (ended) statusChanged(executionId);
  }

  async function read(executionId: string, after: number, limit: number): Promise<LogEntry[]> {
    const tail = tails.get(executionId)?.entries;
    const first = tail?.[0]?.sequence;
    if (tail && first !== undefined && first <= after + 1) {
      return tail.slice(after + 1 - first, after + 1 - first + limit);
    }
    const rows = await prisma.executionEvent.findMany({
      where: { executionId, sequence: { gt: Math.max(after, queued.sequence) } },
      orderBy: { sequence: 'asc' },
      take: limit,
    });
    const entries = rows.map((row) => ({ sequence: row.sequence, event: decode(row) }));
    return after < queued.sequence ? [queued, ...entries].slice(0, limit) : entries;
  }

  async function lastSequence(executionId: string): Promise<number> {
    const newest =
      tails.get(executionId)?.entries.at(-1) ??
      (await prisma.executionEvent.findFirst({
        where: { executionId },
        orderBy: { sequence: 'desc' },
        select: { sequence: true },
      }));
    return Math.max(newest?.sequence ?? 0, queued.sequence);
  }

  async function* followUntil(
    executionId: string,
    after: number,
    end: AbortSignal,
  ): AsyncGenerator<LogEntry> {
    let cursor = after;
    let changed = true;
    let wake = () => {};
    const unsubscribe = bus.subscribe('execution', executionId, () => {
      changed = true;
      wake();
    });
    const onEnd = () => wake();
    end.addEventListener('abort', onEnd);
    try {
      while (!end.aborted) {
        changed = false;
        const entries = await read(executionId, cursor, pageSize);
        for (const entry of entries) {
          yield entry;
          cursor = entry.sequence;
          if (isTerminal(entry.event)) return;
        }
        if (entries.length > 0 || changed || end.aborted) continue;
        if (await hasEnded(executionId, cursor)) return;
        if (changed || end.aborted) continue;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, pollMs);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
    } finally {
      end.removeEventListener('abort', onEnd);
      unsubscribe();
    }
  }

  /** Whether the log is complete and the cursor stands at, or beyond, its end. */
  async function hasEnded(executionId: string, cursor: number): Promise<boolean> {
    if (tails.has(executionId)) return false;
    const execution = await prisma.execution.findUnique({
      where: { id: executionId },
      select: {
        finishedAt: true,
        events: { where: { sequence: { gt: cursor } }, take: 1, select: { sequence: true } },
      },
    });
    return !execution || (execution.finishedAt !== null && execution.events.length === 0);
  }

  return {
    lastSequence,
    read,
    begin: (executionId) => tails.set(executionId, { entries: [queued], size: 0 }),
    statusChanged,
    writer: (executionId, lastSequence) =>
      createLogWriter({
        prisma,
        executionId,
        lastSequence,
        written,
        signal: closing.signal,
        report: (err) => log.warn({ err, executionId }, 'the log of an execution waits for the database'),
      }),
    close: () => closing.abort(),
    follow(executionId, after, signal) {
      const own = new AbortController();
      const end = signal ? AbortSignal.any([own.signal, signal]) : own.signal;
      const entries = followUntil(executionId, after, end);
      return {
        next: () => entries.next(),
        return: () => {
          own.abort();
          return entries.return(undefined);
        },
        throw: (error) => {
          own.abort();
          return entries.throw(error);
        },
        [Symbol.asyncIterator]() {
          return this;
        },
      };
    },
  };
}
