import { requireScope } from '../../access/require-scope.js';
import type { RequestContext } from '../../context.js';
import { loadTogether } from '../../engines/database/load-together.js';
import type { PrismaService } from '../../engines/database/prisma-service.js';
import { rowsBy } from '../../engines/database/rows-by.js';

/** A user who has a workspace, or a file of it, open. */
export interface Presence {
  workspaceId: string;
  userId: string;
  /** The file that they have open; null for the workspace itself. */
  path: string | null;
  /** When they opened it, at the first of their clients. */
  since: Date;
}

/** The maximum length of a list. */
export const maxPresences = 200;

/**
 * Lists who has a workspace open, as {@link listPresence} does, for a caller who has the workspace.
 * @throws DomainError `insufficient_scope`
 */
export async function readPresence(
  services: PrismaService,
  ctx: RequestContext,
  workspaceId: string,
): Promise<Presence[]> {
  requireScope(ctx, 'read');
  return listPresence(services, ctx, workspaceId);
}

/**
 * Lists who has a workspace open, once for each user and file, those who came first at the beginning; at most 200. The caller
 * has authorized the workspace. The lists of many workspaces are read with one statement.
 * @param sharer who may share what is read, e.g. the context of a request
 */
export async function listPresence(
  { prisma }: PrismaService,
  sharer: object,
  workspaceId: string,
): Promise<Presence[]> {
  const found = await loadTogether(sharer, 'presence', workspaceId, async (ids) => {
    const rows = await prisma.$queryRaw<Presence[]>`
      SELECT p.* FROM unnest(${ids}::uuid[]) AS w("id") CROSS JOIN LATERAL (
        SELECT "workspaceId"::text, "userId"::text, "path", min("since") AS "since" FROM "Presence"
        WHERE "workspaceId" = w."id" AND "expiresAt" > now()
        GROUP BY 1, 2, 3 ORDER BY 4, 2, 3 LIMIT ${maxPresences}
      ) p`;
    return rowsBy(rows, (row) => row.workspaceId);
  });
  return found ?? [];
}
