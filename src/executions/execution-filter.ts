import { type ExecutionStatus, Prisma } from '../../prisma/generated/client/client.js';
import { checkAll } from '../validation/check-all.js';
import { checkUuid } from '../validation/check-input.js';

/** Which executions of a list are wanted; without a value, all. */
export interface ExecutionFilter {
  /** In one of these states; an empty list is none of them. */
  statuses?: readonly ExecutionStatus[] | null;
  sessionId?: string | null;
  workerId?: string | null;
  /** The user who queued them. */
  userId?: string | null;
  /** The path that their session was opened for. */
  path?: string | null;
  /** Those that were queued then or later. */
  since?: Date | null;
}

/** @throws FieldError `invalid_request` naming each id that is no UUID */
export async function checkExecutionFilter({ sessionId, workerId, userId }: ExecutionFilter): Promise<void> {
  const check = (id: string | null | undefined, field: string) => id != null && checkUuid(id, field);
  await checkAll({
    sessionId: () => check(sessionId, 'sessionId'),
    workerId: () => check(workerId, 'workerId'),
    userId: () => check(userId, 'userId'),
  });
}

/** The condition of a checked filter, on the execution `e` and its session `s`. */
export function executionCondition(filter: ExecutionFilter): Prisma.Sql {
  const { statuses, sessionId, workerId, userId, path, since } = filter;
  const conditions = [
    statuses && Prisma.sql`e."status" = ANY(${[...statuses]}::text[]::"ExecutionStatus"[])`,
    sessionId && Prisma.sql`e."sessionId" = ${sessionId}::uuid`,
    workerId && Prisma.sql`s."workerId" = ${workerId}::uuid`,
    userId && Prisma.sql`e."userId" = ${userId}::uuid`,
    path != null && Prisma.sql`s."path" = ${path}`,
    since && Prisma.sql`e."createdAt" >= ${since}::timestamptz`,
  ].filter((one) => one !== null && one !== undefined && typeof one === 'object');
  return conditions.length > 0 ? Prisma.join(conditions, ' AND ') : Prisma.sql`TRUE`;
}
