import { Prisma, type PrismaClient } from '../../prisma/generated/client/client.js';
import type { ExecutionStatus } from '../../prisma/generated/client/enums.js';
import { encode } from './event-codec.js';
import type { ExecutionFailure, FinalResponse, LogEntry } from './execution-event.js';
import { FormerOwnerError } from './former-owner-error.js';

/** An entry with the position of its last message in the spool of the relay; default none. */
export type PlacedEntry = LogEntry & { position?: number };

/** Where logs are written, and as which owner of the runtime; see `RuntimeOwnership.epoch`. */
export interface LogTarget {
  prisma: PrismaClient;
  epoch(): number;
}

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
 * The row that only the owner of an epoch finds. The lock makes a new owner, who increments the epoch, wait for the statements
 * that have found it; later ones find nothing.
 */
function ownedBy(epoch: number): Prisma.Sql {
  return Prisma.sql`owned AS MATERIALIZED (
    SELECT 1 FROM "Installation" WHERE "key" = 1 AND "runtimeEpoch" = ${epoch} FOR SHARE)`;
}

/**
 * Writes entries of an execution's log; entries that are there already stay as they are. A viewer waits for this, so it
 * is one raw statement that is the same for any number of entries.
 * @throws FormerOwnerError
 */
export async function insertEntries(
  { prisma, epoch }: LogTarget,
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
 * Writes the end of an execution's log and the execution's row in one statement.
 * @throws FormerOwnerError
 */
export async function insertEnd(
  { prisma, epoch }: LogTarget,
  executionId: string,
  end: PlacedEntry & { event: FinalResponse | ExecutionFailure },
  { status, finishedAt, startedAt, executionCount }: EndedRow,
): Promise<void> {
  const { sequence, type, data } = encode(executionId, end.sequence, end.event);
  const [found] = await prisma.$queryRaw<{ owned: bigint }[]>`
    WITH ${ownedBy(epoch())}, written AS (
      INSERT INTO "ExecutionEvent" ("executionId", "sequence", "type", "data", "position")
      SELECT ${executionId}::uuid, ${sequence}::int, ${type}::text, ${data}::text, ${end.position ?? null}::bigint FROM owned
      ON CONFLICT DO NOTHING), ended AS (
      UPDATE "Execution" SET "status" = ${status}::"ExecutionStatus", "finishedAt" = ${finishedAt},
        "startedAt" = COALESCE(${startedAt ?? null}::timestamptz, "startedAt"),
        "executionCount" = COALESCE(${executionCount ?? null}::int, "executionCount")
      FROM owned WHERE "id" = ${executionId}::uuid)
    SELECT count(*) AS "owned" FROM owned`;
  if (!found!.owned) throw new FormerOwnerError();
}
