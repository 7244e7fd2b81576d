import type { Prisma, PrismaClient } from '../../prisma/generated/client/client.js';
import { encode } from './event-codec.js';
import type { ExecutionFailure, FinalResponse, LogEntry } from './execution-event.js';

/** An entry with the position of its last message in the spool of the relay; default none. */
export type PlacedEntry = LogEntry & { position?: number };

/**
 * Writes entries of an execution's log; entries that are there already stay as they are. A viewer waits for this, so it
 * is one raw statement that is the same for any number of entries.
 */
export async function insertEntries(
  prisma: PrismaClient,
  executionId: string,
  entries: PlacedEntry[],
): Promise<void> {
  const rows = entries.map(({ sequence, event }) => encode(executionId, sequence, event));
  await prisma.$executeRaw`
    INSERT INTO "ExecutionEvent" ("executionId", "sequence", "type", "data", "position")
    SELECT ${executionId}::uuid, e."sequence", e."type", e."data", NULLIF(e."position", 0) FROM unnest(
      ${rows.map((row) => row.sequence)}::int[],
      ${rows.map((row) => row.type)}::text[],
      ${rows.map((row) => row.data)}::text[],
      ${entries.map(({ position }) => position ?? 0)}::bigint[]) AS e("sequence", "type", "data", "position")
    ON CONFLICT DO NOTHING`;
}

/** Writes the end of an execution's log and the execution's row in one transaction. */
export async function insertEnd(
  prisma: PrismaClient,
  executionId: string,
  end: PlacedEntry & { event: FinalResponse | ExecutionFailure },
  row: Prisma.ExecutionUpdateInput,
): Promise<void> {
  const entry = encode(executionId, end.sequence, end.event);
  await prisma.$transaction([
    prisma.executionEvent.createMany({
      data: [{ ...entry, position: end.position ? BigInt(end.position) : null }],
      skipDuplicates: true,
    }),
    prisma.execution.update({ where: { id: executionId }, data: row }),
  ]);
}
