import { Prisma } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { rowsBy } from '../engines/database/rows-by.js';

/** A page of the rows that belong to a workspace. */
export interface WorkspacePage<T> {
  workspaceId: string;
  table: 'Schedule' | 'Session' | 'Worker';
  /** The condition of the list, on the row `r`. */
  condition: Prisma.Sql;
  take: number;
  skip: number;
  /** The position of the row before the page. */
  after?: { createdAt: Date; id: string };
  /** Reads rows by their ids, in any order. */
  find(ids: string[]): Promise<T[]>;
}

/**
 * Reads a page of the rows of a workspace, newest first. Two statements read those of all workspaces that a request asks for at
 * the same time: in the first, a subquery for each workspace reads no more rows than its page has.
 */
export async function listRowsOfWorkspace<T extends { id: string }>(
  services: PrismaService,
  ctx: RequestContext,
  page: WorkspacePage<T>,
): Promise<T[]> {
  const ids = await pageIds(services, ctx, page);
  const rows = await Promise.all(
    ids.map(({ id }) =>
      loadTogether(
        ctx,
        page.table,
        id,
        async (all) => new Map((await page.find(all)).map((row) => [row.id, row])),
      ),
    ),
  );
  // A row may have been deleted since.
  return rows.filter((row) => row !== undefined);
}

async function pageIds(
  { prisma }: PrismaService,
  ctx: RequestContext,
  { workspaceId, table, condition, take, skip, after }: WorkspacePage<unknown>,
): Promise<{ id: string }[]> {
  const position = after
    ? Prisma.sql`AND (r."createdAt", r."id") < (${after.createdAt}::timestamptz, ${after.id}::uuid)`
    : Prisma.empty;
  const what = JSON.stringify([table, condition.sql, condition.values, take, skip, after]);
  const ids = await loadTogether(ctx, what, workspaceId, async (workspaceIds) => {
    const rows = await prisma.$queryRaw<{ workspaceId: string; id: string }[]>`
      SELECT w."id"::text AS "workspaceId", p."id"::text AS "id"
      FROM unnest(${workspaceIds}::uuid[]) AS w("id") CROSS JOIN LATERAL (
        SELECT r."id", r."createdAt" FROM ${Prisma.raw(`"${table}"`)} r
        WHERE r."workspaceId" = w."id" AND ${condition} ${position}
        ORDER BY r."createdAt" DESC, r."id" DESC LIMIT ${take} OFFSET ${skip}
      ) p ORDER BY p."createdAt" DESC, p."id" DESC`;
    return rowsBy(rows, (row) => row.workspaceId);
  });
  return ids ?? [];
}
