import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { ErrorSummary } from './space-event.js';

/** A longer exception is not read only to show its first line. */
const maxErrorBytes = 65_536;
const maxMessageLength = 500;

/**
 * The errors of ended executions, by their ids: the failure that ends the log, or else the last exception before the end. What a
 * cell prints or raises after its end does not count, so the answer is the same whenever it is read.
 */
export async function readExecutionErrors(
  prisma: PrismaClient,
  ids: readonly string[],
): Promise<Map<string, ErrorSummary>> {
  if (ids.length === 0) return new Map();
  const rows = await prisma.$queryRaw<{ id: string; type: string; data: string }[]>`
    SELECT x."id"::text, e."type", e."data" FROM unnest(${ids}::uuid[]) AS x("id"), LATERAL (
      SELECT "sequence" FROM "ExecutionEvent" WHERE "executionId" = x."id" AND "type" IN ('final_response', 'failure')
      ORDER BY "sequence" DESC LIMIT 1
    ) AS ended, LATERAL (
      SELECT "type", "data" FROM "ExecutionEvent"
      WHERE "executionId" = x."id" AND "sequence" <= ended."sequence" AND "type" IN ('error', 'failure')
      ORDER BY "sequence" DESC LIMIT 1
    ) AS e WHERE octet_length(e."data") <= ${maxErrorBytes}`;
  return new Map(rows.map(({ id, type, data }) => [id, errorOf(type, data)]));
}

function errorOf(type: string, text: string): ErrorSummary {
  const data = JSON.parse(text) as Record<string, unknown>;
  const [name, message] = type === 'error' ? [data.ename, data.evalue] : [data.code, data.detail];
  return { name: shortened(name), message: shortened(message) };
}

function shortened(text: unknown): string {
  const whole = String(text ?? '');
  return whole.length > maxMessageLength ? `${whole.slice(0, maxMessageLength - 1)}…` : whole;
}
