import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { LogState } from './execution-event.js';

/** Reads how far the log of an execution is written; all is 0 for a log without rows. */
export async function readLogState(prisma: PrismaClient, executionId: string): Promise<LogState> {
  const rows = await prisma.$queryRaw<{ sequence: number; position: bigint; size: bigint }[]>`
    SELECT COALESCE(MAX("sequence"), 0) AS "sequence", COALESCE(MAX("position"), 0)::bigint AS "position",
      COALESCE(SUM(octet_length("data")), 0)::bigint AS "size"
    FROM "ExecutionEvent" WHERE "executionId" = ${executionId}::uuid`;
  const { sequence, position, size } = rows[0]!;
  return { sequence, position: Number(position), size: Number(size) };
}
