import type { GitRepository } from '../../engines/git/git-store.js';
import type { CommitChanges } from './commit-changes.js';
import type { IndexDb, IndexedBranch } from './index-db.js';
import { reconcileFiles } from './reconcile-files.js';

const commitsPerStep = 500;

/** The commits to remove. */
export interface Removal {
  /** The commit that the indexed files are those of. */
  indexed: string;
  /** The commits with what they changed, parents before children. */
  removed: AsyncIterable<CommitChanges> | Iterable<CommitChanges>;
}

/**
 * Removes commits from the index of a branch that a force push made unreachable. The files become those of the newest
 * remaining commit. It is idempotent.
 * @returns the commit that the indexed files are now those of; null when none remains
 */
export async function removeCommits(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  { indexed, removed }: Removal,
): Promise<string | null> {
  const { repositoryId, branch } = at;
  const { remaining, paths } = await removeVersions(db, at, removed);
  const base = await newestCommit(git, remaining);
  if (base) {
    for (const path of await git.differingPaths(indexed, base)) paths.add(path);
    await reconcileFiles(db, git, at, base, paths);
  } else {
    await db.step(async (tx) => void (await tx.branchFile.deleteMany({ where: { repositoryId, branch } })));
  }
  return base;
}

/** @returns the paths that the commits changed, and those of their parents that remain */
async function removeVersions(
  db: IndexDb,
  { repositoryId, branch }: IndexedBranch,
  removed: Removal['removed'],
): Promise<{ remaining: Set<string>; paths: Set<string> }> {
  const gone = new Set<string>();
  const remaining = new Set<string>();
  const paths = new Set<string>();
  let oids: string[] = [];
  const flush = async () => {
    const some = oids;
    oids = [];
    // Without statistics, which the embedded database never collects, the planner would read all versions of the branch
    // for each step. OFFSET 0 and the array keep one search of an index for each commit and for each version.
    await db.step(async (tx) => {
      await tx.$executeRaw`
        DELETE FROM "FileVersion" WHERE id = ANY(ARRAY(
          SELECT v.id FROM unnest(${some}::text[]) AS c(oid)
          CROSS JOIN LATERAL (
            SELECT id FROM "FileVersion"
            WHERE "repositoryId" = ${repositoryId}::uuid AND "commitOid" = c.oid AND branch = ${branch}
            OFFSET 0
          ) v
        ))`;
    });
  };
  for await (const { commit, changes } of removed) {
    gone.add(commit.oid);
    remaining.delete(commit.oid);
    for (const parent of commit.parents) if (!gone.has(parent)) remaining.add(parent);
    for (const { path } of changes) paths.add(path);
    if (oids.push(commit.oid) >= commitsPerStep) await flush();
  }
  await flush();
  return { remaining, paths };
}

async function newestCommit(git: GitRepository, oids: Iterable<string>): Promise<string | null> {
  let newest: { oid: string; time: number } | null = null;
  for (const oid of oids) {
    const time = (await git.readCommit(oid)).committer.date.getTime();
    if (!newest || time > newest.time) newest = { oid, time };
  }
  return newest?.oid ?? null;
}
