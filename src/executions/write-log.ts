import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { encode } from './event-codec.js';
import type { ExecutionFailure, FinalResponse, LogEntry } from './execution-event.js';

/**
 * Writes entries of an execution's log; entries that are there already stay as they are. A viewer waits for this, so it
 * is one raw statement that is the same for any number of entries.
 */
export async function insertEntries(
  prisma: PrismaClient,
  executionId: string,
  entries: LogEntry[],
): Promise<void> {
  const rows = entries.map(({ sequence, event }) => encode(executionId, sequence, event));
  await prisma.$executeRaw`
    INSERT INTO "ExecutionEvent" ("executionId", "sequence", "type", "data")
    SELECT ${executionId}::uuid, * FROM unnest(
      ${rows.map((row) => row.sequence)}::int[],
      ${rows.map((row) => row.type)}::text[],
      ${rows.map((row) => row.data)}::text[])
    ON CONFLICT DO NOTHING`;
}

/** Writes the end of an execution's log and the execution's row in one transaction. */
export async function insertEnd(
  prisma: PrismaClient,
  executionId: string,
  end: { sequence: number; event: FinalResponse | ExecutionFailure },
  row: Prisma.ExecutionUpdateInput,
): Promise<void> {
  await prisma.$transaction([
    prisma.executionEvent.createMany({
      data: [encode(executionId, end.sequence, end.event)],
      skipDuplicates: true,
    }),
    prisma.execution.update({ where: { id: executionId }, data: row }),
  ]);
}
