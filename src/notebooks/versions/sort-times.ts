import type { Commit, GitRepository } from '../../engines/git/git-store.js';
import { chunk, itemsPerStatement } from './chunk.js';
import type { Db, IndexedBranch } from './index-db.js';

/** The maximum number of unindexed ancestors to read. Beyond them the dates of the commits are used as they are. */
const maxAncestors = 256;

type Links = Pick<Commit, 'oid' | 'parents' | 'committer'>;

/**
 * The times by which versions are sorted: the date of the commit, or that of its latest ancestor if that is later. The
 * clocks of different machines differ, and no commit may be sorted before its ancestors.
 * @param commits parents before children; their other ancestors are in the index
 * @returns by object id
 */
export async function sortTimes(
  db: Db,
  git: GitRepository,
  at: IndexedBranch,
  commits: readonly Links[],
): Promise<Map<string, Date>> {
  const ours = new Set(commits.map(({ oid }) => oid));
  const parents = commits.flatMap((commit) => commit.parents);
  const { times, ancestors } = await readAncestors(
    db,
    git,
    at,
    new Set(parents.filter((oid) => !ours.has(oid))),
  );
  const timeOf = (commit: Links): Date => {
    let latest = commit.committer.date;
    for (const oid of commit.parents) {
      const unindexed = ancestors.get(oid);
      const time = times.get(oid) ?? (unindexed && timeOf(unindexed));
      if (time && time > latest) latest = time;
    }
    times.set(commit.oid, latest);
    return latest;
  };
  for (const commit of commits) timeOf(commit);
  return times;
}

/**
 * Walks from some commits back to commits with versions in the index.
 * @returns the times of the commits with versions, and the commits without versions on the way to them
 */
async function readAncestors(db: Db, git: GitRepository, at: IndexedBranch, oids: Set<string>) {
  const times = new Map<string, Date>();
  const ancestors = new Map<string, Links>();
  for (let open = oids; open.size > 0 && ancestors.size < maxAncestors; ) {
    for (const [oid, time] of await indexedTimes(db, at, [...open])) times.set(oid, time);
    const next = new Set<string>();
    for (const oid of open) {
      if (times.has(oid) || ancestors.has(oid)) continue;
      const commit = await git.readCommit(oid);
      ancestors.set(oid, commit);
      for (const parent of commit.parents) if (!times.has(parent) && !ancestors.has(parent)) next.add(parent);
    }
    open = next;
  }
  return { times, ancestors };
}

async function indexedTimes(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  oids: string[],
): Promise<Map<string, Date>> {
  const found = new Map<string, Date>();
  for (const some of chunk(oids, itemsPerStatement)) {
    const rows = await db.$queryRaw<{ oid: string; sortTime: Date }[]>`
      SELECT c.oid, v."sortTime"
      FROM unnest(${some}::text[]) AS c(oid)
      CROSS JOIN LATERAL (
        SELECT "sortTime" FROM "FileVersion"
        WHERE "repositoryId" = ${repositoryId}::uuid AND "commitOid" = c.oid AND branch = ${branch}
        LIMIT 1
      ) v`;
    for (const { oid, sortTime } of rows) found.set(oid, sortTime);
  }
  return found;
}
