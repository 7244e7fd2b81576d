import { isNotebookPath } from '../file-kind.js';
import { chunk, itemsPerStatement } from './chunk.js';
import type { CommitChanges } from './commit-changes.js';
import type { Db, IndexedBranch } from './index-db.js';

/** One id of a path in a commit; without a path it only says that some branch has versions of the commit. */
interface SharedId {
  commitOid: string;
  path: string | null;
  documentId: string | null;
}

/**
 * Reads the ids that other branches gave to the notebooks that some commits changed. A thousand branches may have a commit,
 * each with versions of its own, so they are read from one branch. Only where that has not imported the whole commit yet,
 * those of all branches are read.
 * @returns by `commit:path`
 */
export async function idsByCommit(
  db: Db,
  { repositoryId }: IndexedBranch,
  commits: readonly CommitChanges[],
): Promise<Map<string, string>> {
  const ids = new Map<string, string>();
  for (const some of chunk(commits, itemsPerStatement)) {
    const known = new Set<string>();
    for (const { commitOid, path, documentId } of await idsOfOneBranch(db, repositoryId, oidsOf(some))) {
      known.add(commitOid);
      if (path !== null && documentId !== null) ids.set(`${commitOid}:${path}`, documentId);
    }
    const partly = some.filter(({ commit, changes }) => {
      const isMissing = (path: string) => isNotebookPath(path) && !ids.has(`${commit.oid}:${path}`);
      return known.has(commit.oid) && changes.some(({ path, oid }) => oid !== null && isMissing(path));
    });
    if (partly.length === 0) continue;
    for (const { commitOid, path, documentId } of await idsOfAllBranches(db, repositoryId, oidsOf(partly)))
      ids.set(`${commitOid}:${path}`, documentId!);
  }
  return ids;
}

// In both statements OFFSET 0 keeps one search of the index for each commit. The planner would read all versions of the
// repository where the table has no statistics, and the embedded database never collects any.

/** The ids of the last of the branches that have versions of a commit. */
function idsOfOneBranch(db: Db, repositoryId: string, oids: string[]): Promise<SharedId[]> {
  return db.$queryRaw<SharedId[]>`
    SELECT c.oid AS "commitOid", v.path, v."documentId"
    FROM unnest(${oids}::text[]) AS c(oid)
    CROSS JOIN LATERAL (
      SELECT branch FROM "FileVersion"
      WHERE "repositoryId" = ${repositoryId}::uuid AND "commitOid" = c.oid
      ORDER BY branch DESC LIMIT 1
    ) b
    LEFT JOIN LATERAL (
      SELECT path, "documentId" FROM "FileVersion"
      WHERE "repositoryId" = ${repositoryId}::uuid AND "commitOid" = c.oid AND branch = b.branch
        AND "documentId" IS NOT NULL
      OFFSET 0
    ) v ON true`;
}

/** The ids of all branches: for each path that of the last branch that has one. */
function idsOfAllBranches(db: Db, repositoryId: string, oids: string[]): Promise<SharedId[]> {
  return db.$queryRaw<SharedId[]>`
    SELECT DISTINCT ON (v."commitOid", v."pathHash") v."commitOid", v.path, v."documentId"
    FROM unnest(${oids}::text[]) AS c(oid)
    CROSS JOIN LATERAL (
      SELECT "commitOid", "pathHash", branch, path, "documentId" FROM "FileVersion"
      WHERE "repositoryId" = ${repositoryId}::uuid AND "commitOid" = c.oid AND "documentId" IS NOT NULL
      OFFSET 0
    ) v
    ORDER BY v."commitOid", v."pathHash", v.branch DESC`;
}

function oidsOf(commits: readonly CommitChanges[]): string[] {
  return commits.map(({ commit }) => commit.oid);
}
