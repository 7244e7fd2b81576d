import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { encode } from './event-codec.js';
import type {
  ExecutionEvent,
  ExecutionFailure,
  FinalResponse,
  LogEntry,
  OutputDropped,
} from './execution-event.js';

/** The one writer of an execution's log. Events get their numbers when they are written, in batches. */
export interface LogWriter {
  /** Takes an event; returns at once. Adjacent pieces of one stream that wait together become one event. */
  write(event: ExecutionEvent): void;
  /**
   * Writes what waits, the end of the log and the execution's row, the last two in one transaction.
   * @throws the database's error: the log has no end then
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
const retryMs = [50, 200, 1000, 3000];

interface Pending {
  event: ExecutionEvent;
  size: number;
}

/** Makes the {@link LogWriter}; `written` is told of every batch once it is durable. */
export function createLogWriter(options: {
  prisma: PrismaClient;
  executionId: string;
  lastSequence: number;
  written: (executionId: string, entries: { entry: LogEntry; size: number }[], ended: boolean) => void;
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
      await retried(() => insert(rows));
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
      start();
      while (draining) await draining;
      if (failure) throw failure;
      const entry = { sequence: sequence + 1, event: end };
      await retried(() =>
        prisma.$transaction([
          prisma.executionEvent.createMany({
            data: [encode(executionId, entry.sequence, end)],
            skipDuplicates: true,
          }),
          prisma.execution.update({ where: { id: executionId }, data: row }),
        ]),
      );
      sequence = entry.sequence;
      options.written(executionId, [{ entry, size: 0 }], true);
    },
  };
}

/** Tries a few times over some seconds: a database that restarts must not cost a run its log. */
async function retried<T>(write: () => Promise<T>): Promise<T> {
  for (const delay of retryMs) {
    try {
      return await write();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, delay));
    }
  }
  return write();
}
