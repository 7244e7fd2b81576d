import type { GitRepository } from '../../engines/git/git-store.js';
import type { CommitChanges } from './import-commits.js';
import type { IndexDb, IndexedBranch } from './index-db.js';
import { settleFiles } from './reconcile-files.js';

const commitsPerStep = 500;

/**
 * Takes commits out of a branch's index, which a force push left behind, and makes their files those of the newest commit
 * that stayed. Done twice it does the same.
 * @param indexed the commit that the files are those of
 * @param removed with what they changed, the older first
 * @returns the commit that the files are those of now; null when there are none
 */
export async function takeBack(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  indexed: string,
  removed: AsyncIterable<CommitChanges> | Iterable<CommitChanges>,
): Promise<string | null> {
  const { repositoryId, branch } = at;
  const gone = new Set<string>();
  const stayed = new Set<string>();
  const paths = new Set<string>();
  let oids: string[] = [];
  const flush = async () => {
    const some = oids;
    oids = [];
    await db.step(async (tx) => {
      await tx.fileVersion.deleteMany({ where: { repositoryId, branch, commitOid: { in: some } } });
    });
  };
  for await (const { commit, changes } of removed) {
    gone.add(commit.oid);
    stayed.delete(commit.oid);
    for (const parent of commit.parents) if (!gone.has(parent)) stayed.add(parent);
    for (const { path } of changes) paths.add(path);
    if (oids.push(commit.oid) >= commitsPerStep) await flush();
  }
  await flush();
  const base = await newest(git, stayed);
  if (base) {
    for (const path of await git.differingPaths(indexed, base)) paths.add(path);
    await settleFiles(db, git, at, base, paths);
  } else
    await db.step(async (tx) => void (await tx.branchFile.deleteMany({ where: { repositoryId, branch } })));
  return base;
}

async function newest(git: GitRepository, oids: Iterable<string>): Promise<string | null> {
  let found: { oid: string; time: number } | null = null;
  for (const oid of oids) {
    const time = (await git.readCommit(oid)).committer.date.getTime();
    if (!found || time > found.time) found = { oid, time };
  }
  return found?.oid ?? null;
}
