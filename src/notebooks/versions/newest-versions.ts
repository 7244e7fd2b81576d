import { chunk, itemsPerStatement } from './chunk.js';
import type { Db, IndexedBranch } from './index-db.js';

/** The columns of a version that the row of a file repeats. */
export interface NewestVersion {
  path: string;
  documentId: string | null;
  commitOid: string;
  createdAt: Date;
}

/**
 * Reads the newest version of each path on a branch. The cost does not depend on how many versions a path has: the query
 * reads one row for each from the database index.
 * @param wanted paths; with `oid` only versions with that blob count
 * @returns by path; paths without a version are missing
 */
export async function newestVersions(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  wanted: { path: string; oid?: string }[],
): Promise<Map<string, NewestVersion>> {
  const found = new Map<string, NewestVersion>();
  for (const some of chunk(wanted, itemsPerStatement)) {
    const paths = some.map(({ path }) => path);
    const oids = some.map(({ oid }) => oid ?? '');
    const rows = await db.$queryRaw<NewestVersion[]>`
      SELECT w.path, v."documentId", v."commitOid", v."createdAt"
      FROM unnest(${paths}::text[], ${oids}::text[]) AS w(path, oid)
      CROSS JOIN LATERAL (
        SELECT "documentId", "commitOid", "createdAt" FROM "FileVersion"
        WHERE "repositoryId" = ${repositoryId}::uuid AND branch = ${branch}
          AND "pathHash" = encode(sha256(convert_to(w.path, 'UTF8')), 'hex')
          AND (w.oid = '' OR "blobOid" = w.oid)
        ORDER BY position DESC LIMIT 1
      ) v`;
    for (const row of rows) found.set(row.path, row);
  }
  return found;
}
