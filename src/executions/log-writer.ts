import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { encode } from './event-codec.js';
import type {
  ExecutionEvent,
  ExecutionFailure,
  FinalResponse,
  LogEntry,
  OutputDropped,
} from './execution-event.js';
import { untilWritten } from './until-written.js';

/** The one writer of an execution's log. Events get their numbers when they are written, in batches. */
export interface LogWriter {
  /** Takes an event; returns at once. Adjacent pieces of one stream that wait together become one event. */
  write(event: ExecutionEvent): void;
  /**
   * Writes what waits, the end of the log and the execution's row, the last two in one transaction; returns once the
   * database took them.
   * @throws the database's error when the execution is gone or the log is closed: it has no end then
   */
  finish(end: FinalResponse | ExecutionFailure, row: Prisma.ExecutionUpdateInput): Promise<void>;
}

/** The most that waits for the database, and the most that one log holds, in characters of JSON. */
const backlogLimit = 64 * 1024 * 1024;
const logLimit = 512 * 1024 * 1024;
/** `busy` and the like wait so long for the output that comes on their heels: one write in place of three. */
const holdMs = 5;
const batchEvents = 500;
const batchSize = 1024 * 1024;
const longestStream = 64 * 1024;

interface Pending {
  event: ExecutionEvent;
  size: number;
}

/**
 * Makes the {@link LogWriter}. While the database does not answer, events wait for it; beyond the bound of the backlog
 * they are dropped, and `output_lost` says so.
 * @param options.written told of every batch once it is durable, and of the end, also where it could not be written
 * @param options.signal ends the waiting for the database
 * @param options.report told why the database has not taken a batch for some time
 */
export function createLogWriter(options: {
  prisma: PrismaClient;
  executionId: string;
  lastSequence: number;
  written: (executionId: string, entries: { entry: LogEntry; size: number }[], ended: boolean) => void;
  signal: AbortSignal;
  report: (error: unknown) => void;
}): LogWriter {
  const { prisma, executionId } = options;
  let sequence = options.lastSequence;
  let pending: Pending[] = [];
  let waiting = 0;
  let total = 0;
  let lost: { count: number; reason: OutputDropped['reason'] } | undefined;
  let failure: unknown;
  let draining: Promise<void> | undefined;
  let held: NodeJS.Timeout | undefined;

  function take(): Pending[] {
    let size = 0;
    let count = 0;
    while (count < pending.length && count < batchEvents && (count === 0 || size < batchSize)) {
      size += pending[count]!.size;
      count++;
    }
    const batch = pending.slice(0, count);
    pending = pending.slice(count);
    waiting -= size;
    return batch;
  }

  async function drain(): Promise<void> {
    while (pending.length > 0) {
      const batch = take();
      const numbered = batch.map(({ event, size }) => ({ entry: { sequence: ++sequence, event }, size }));
      const rows = numbered.map(({ entry }) => encode(executionId, entry.sequence, entry.event));
      await untilWritten(() => insert(rows), options);
      options.written(executionId, numbered, false);
    }
  }

  /** By hand, because this is what a viewer waits for: one statement of one shape, whatever the number of rows. */
  async function insert(rows: { sequence: number; type: string; data: string }[]): Promise<void> {
    await prisma.$executeRaw`
      INSERT INTO "ExecutionEvent" ("executionId", "sequence", "type", "data")
      SELECT ${executionId}::uuid, * FROM unnest(
        ${rows.map((row) => row.sequence)}::int[],
        ${rows.map((row) => row.type)}::text[],
        ${rows.map((row) => row.data)}::text[])
      ON CONFLICT DO NOTHING`;
  }

  async function writeEnd(
    end: FinalResponse | ExecutionFailure,
    row: Prisma.ExecutionUpdateInput,
  ): Promise<void> {
    await prisma.$transaction([
      prisma.executionEvent.createMany({
        data: [encode(executionId, sequence + 1, end)],
        skipDuplicates: true,
      }),
      prisma.execution.update({ where: { id: executionId }, data: row }),
    ]);
  }

  function start(): void {
    clearTimeout(held);
    held = undefined;
    draining ??= drain()
      .catch((error) => {
        failure = error;
        pending = [];
      })
      .finally(() => {
        draining = undefined;
      });
  }

  function push(event: ExecutionEvent, size: number): void {
    pending.push({ event, size });
    waiting += size;
    total += size;
    if (event.type !== 'status' && event.type !== 'execute_input') start();
    else held ??= setTimeout(start, holdMs);
  }

  return {
    write(event) {
      if (failure) return;
      const size = event.type === 'stream' ? event.text.length + 40 : JSON.stringify(event).length;
      const reason =
        total + size > logLimit ? 'log_limit' : waiting + size > backlogLimit ? 'backlog' : undefined;
      if (reason) {
        lost = { count: (lost?.count ?? 0) + 1, reason };
        return;
      }
      if (lost) {
        const { count, reason: why } = lost;
        lost = undefined;
        push({ type: 'output_lost', count, reason: why }, 60);
      }
      const last = pending.at(-1);
      if (
        event.type === 'stream' &&
        last?.event.type === 'stream' &&
        last.event.name === event.name &&
        last.size + size <= longestStream
      ) {
        last.event = { ...last.event, text: last.event.text + event.text };
        last.size += size;
        waiting += size;
        total += size;
        return;
      }
      push(event, size);
    },

    async finish(end, row) {
      if (lost) push({ type: 'output_lost', ...lost }, 60);
      while (draining || pending.length > 0) {
        start();
        await draining;
      }
      try {
        if (failure) throw failure;
        await untilWritten(() => writeEnd(end, row), options);
      } finally {
        options.written(executionId, [], true);
      }
    },
  };
}
