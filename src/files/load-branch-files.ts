import { type BranchFile, Prisma } from '../../prisma/generated/client/client.js';
import type { RequestContext } from '../context.js';
import { loadTogether } from '../engines/database/load-together.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { rowsBy } from '../engines/database/rows-by.js';

/** Which files of the index of a branch. */
export interface BranchFilesPage {
  repositoryId: string;
  branch: string;
  /** False for notebooks only. */
  isAll: boolean;
  take: number;
  skip: number;
  /** The path after which the page begins; `skip` is ignored then. */
  after?: string;
}

/** A file of the index of a branch, as the lists show it. */
export type IndexedFile = Pick<
  BranchFile,
  'path' | 'blobOid' | 'size' | 'documentId' | 'lastCommitOid' | 'updatedAt'
>;

/**
 * Reads a page of the files of a branch, sorted by path, from its index. One statement reads those of all branches that a
 * request asks for at the same time, each branch once.
 */
export async function loadBranchFiles(
  { prisma }: PrismaService,
  ctx: RequestContext,
  { repositoryId, branch, isAll, take, skip, after }: BranchFilesPage,
): Promise<IndexedFile[]> {
  const what = JSON.stringify(['files', isAll, take, skip, after]);
  const ofKind = isAll ? Prisma.empty : Prisma.sql`AND "path" LIKE '%.ipynb'`;
  const position = after === undefined ? Prisma.empty : Prisma.sql`AND "path" > ${after}`;
  const files = await loadTogether(ctx, what, `${repositoryId} ${branch}`, async (keys) => {
    const ids = keys.map((key) => key.slice(0, key.indexOf(' ')));
    const branches = keys.map((key) => key.slice(key.indexOf(' ') + 1));
    const rows = await prisma.$queryRaw<(IndexedFile & { number: number })[]>`
      SELECT b."number"::int, f.*
      FROM unnest(${ids}::text[], ${branches}::text[]) WITH ORDINALITY AS b("id", "branch", "number")
      CROSS JOIN LATERAL (
        SELECT "path", "blobOid", "size", "documentId"::text, "lastCommitOid", "updatedAt" FROM "BranchFile"
        WHERE "repositoryId" = b."id"::uuid AND "branch" = b."branch" ${ofKind} ${position}
        ORDER BY "path" LIMIT ${take} OFFSET ${after === undefined ? skip : 0}
      ) f ORDER BY f."path"`;
    return rowsBy(rows, ({ number }) => keys[number - 1]!);
  });
  return files ?? [];
}
