import type { Execution } from '../../prisma/generated/client/client.js';
import { FormerOwnerError } from '../engines/database/former-owner-error.js';
import { type OwnerTarget, ownedBy } from '../engines/database/owner-target.js';

/** What is known of an execution before it is queued. */
export type NewExecution = Pick<
  Execution,
  'id' | 'sessionId' | 'userId' | 'code' | 'cellIndex' | 'cellId' | 'timeoutSeconds' | 'stopOnError'
>;

/**
 * Writes the rows of executions in their order, all or none, in one statement: a first output waits for it. A new owner of the
 * runtime finds them all, and a former one writes none.
 * @param saved the ids of those whose outputs are to be saved; default none
 * @throws FormerOwnerError; the database's error, as the rows may be written then
 */
export async function insertExecutions(
  { prisma, epoch }: OwnerTarget,
  rows: readonly NewExecution[],
  saved: readonly string[] = [],
): Promise<Execution[]> {
  const of = <Key extends keyof NewExecution>(key: Key) => rows.map((row) => row[key]);
  const inserted = await prisma.$queryRaw<Execution[]>`
    WITH ${ownedBy(epoch())}, inserted AS (
      INSERT INTO "Execution"
        ("id", "sessionId", "userId", "code", "cellIndex", "cellId", "timeoutSeconds", "stopOnError")
      SELECT e."id", e."sessionId", e."userId", e."code", e."cellIndex", e."cellId", e."timeoutSeconds", e."stopOnError"
      FROM owned, unnest(
        ${of('id')}::uuid[], ${of('sessionId')}::uuid[], ${of('userId')}::uuid[], ${of('code')}::text[],
        ${of('cellIndex')}::int[], ${of('cellId')}::text[], ${of('timeoutSeconds')}::float8[],
        ${of('stopOnError')}::boolean[]) WITH ORDINALITY
        AS e("id", "sessionId", "userId", "code", "cellIndex", "cellId", "timeoutSeconds", "stopOnError", "order")
      ORDER BY e."order" RETURNING *), saved AS (
      INSERT INTO "OutputsSave" ("executionId") SELECT "id" FROM inserted WHERE "id" = ANY (${saved}::uuid[]))
    SELECT * FROM inserted ORDER BY "position"`;
  if (inserted.length === 0) throw new FormerOwnerError();
  return inserted;
}
