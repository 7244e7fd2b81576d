import type { Commit, GitRepository } from '../../engines/git/git-store.js';
import { chunk, type Db, type IndexedBranch, itemsPerStatement } from './index-db.js';

/** So many commits without a version are looked at behind those that are imported, before their dates are believed. */
const mostBehind = 256;

type Links = Pick<Commit, 'oid' | 'parents' | 'committer'>;

/**
 * The times that commits are sorted by: when each was committed, but never before a commit that it descends from, as
 * clocks differ.
 * @param commits parents before children; what they follow on is in the index
 * @returns by oid
 */
export async function sortTimes(
  db: Db,
  git: GitRepository,
  at: IndexedBranch,
  commits: readonly Links[],
): Promise<Map<string, Date>> {
  const ours = new Set(commits.map(({ oid }) => oid));
  const parents = commits.flatMap((commit) => commit.parents);
  const { times, behind } = await whatIsBehind(db, git, at, new Set(parents.filter((oid) => !ours.has(oid))));
  const timeOf = (commit: Links): Date => {
    let latest = commit.committer.date;
    for (const oid of commit.parents) {
      const unsorted = behind.get(oid);
      const time = times.get(oid) ?? (unsorted && timeOf(unsorted));
      if (time && time > latest) latest = time;
    }
    times.set(commit.oid, latest);
    return latest;
  };
  for (const commit of commits) timeOf(commit);
  return times;
}

/** The times of the commits that the index has versions of, and the commits on the way to them, which it has none of. */
async function whatIsBehind(db: Db, git: GitRepository, at: IndexedBranch, oids: Set<string>) {
  const times = new Map<string, Date>();
  const behind = new Map<string, Links>();
  for (let open = oids; open.size > 0 && behind.size < mostBehind; ) {
    for (const [oid, time] of await indexedTimes(db, at, [...open])) times.set(oid, time);
    const next = new Set<string>();
    for (const oid of open) {
      if (times.has(oid) || behind.has(oid)) continue;
      const commit = await git.readCommit(oid);
      behind.set(oid, commit);
      for (const parent of commit.parents) if (!times.has(parent) && !behind.has(parent)) next.add(parent);
    }
    open = next;
  }
  return { times, behind };
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
