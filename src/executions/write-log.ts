import type { ExecutionStatus } from '../../prisma/generated/client/enums.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';
import { encode } from './event-codec.js';
import type { ExecutionFailure, FinalResponse, LogEntry } from './execution-event.js';

/** An entry with the position of its last message in the spool of the relay; default none. */
export type PlacedEntry = LogEntry & { position?: number };

/** What the row of an execution gets when it has ended. */
export interface EndedRow {
  status: ExecutionStatus;
  finishedAt: Date;
  /** Default: the row keeps what it has. */
  startedAt?: Date;
  /** The same. */
  executionCount?: number | null;
}

/**
 * Writes entries of an execution's log; entries that are there already stay as they are. A viewer waits for this, so it
 * is one raw statement that is the same for any number of entries.
 * @throws FormerOwnerError
 */
export async function insertEntries(
  { prisma, epoch }: OwnerTarget,
  executionId: string,
  entries: PlacedEntry[],
): Promise<void> {
  const rows = entries.map(({ sequence, event }) => encode(executionId, sequence, event));
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, written AS (
      INSERT INTO "ExecutionEvent" ("executionId", "sequence", "type", "data", "position")
      SELECT ${executionId}::uuid, e."sequence", e."type", e."data", NULLIF(e."position", 0) FROM owned, unnest(
        ${rows.map((row) => row.sequence)}::int[],
        ${rows.map((row) => row.type)}::text[],
        ${rows.map((row) => row.data)}::text[],
        ${entries.map(({ position }) => position ?? 0)}::bigint[]) AS e("sequence", "type", "data", "position")
      ON CONFLICT DO NOTHING)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}

/**
 * Writes the end of an execution's log and the execution's row in one statement, once: one that has ended keeps its end. It comes
 * behind all entries, also behind those that its writer does not know.
 * @throws FormerOwnerError
 */
export async function insertEnd(
  { prisma, epoch }: OwnerTarget,
  executionId: string,
  end: PlacedEntry & { event: FinalResponse | ExecutionFailure },
  { status, finishedAt, startedAt, executionCount }: EndedRow,
): Promise<void> {
  const { sequence, type, data } = encode(executionId, end.sequence, end.event);
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, ended AS (
      UPDATE "Execution" SET "status" = ${status}::"ExecutionStatus", "finishedAt" = ${finishedAt},
        "startedAt" = COALESCE(${startedAt ?? null}::timestamptz, "startedAt"),
        "executionCount" = COALESCE(${executionCount ?? null}::int, "executionCount")
      FROM owned WHERE "id" = ${executionId}::uuid AND "finishedAt" IS NULL RETURNING "id"), written AS (
      INSERT INTO "ExecutionEvent" ("executionId", "sequence", "type", "data", "position")
      SELECT "id", GREATEST(${sequence}::int, (
          SELECT MAX("sequence") + 1 FROM "ExecutionEvent" WHERE "executionId" = ${executionId}::uuid)),
        ${type}::text, ${data}::text, ${end.position ?? null}::bigint FROM ended)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}
