import type { GitRepository } from '../../engines/git/git-store.js';
import { yieldToEventLoop } from '../../engines/git/yield-to-event-loop.js';
import { BranchFiles } from './branch-files.js';
import type { CommitChanges } from './commit-changes.js';
import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import type { NewVersion } from './insert-rows.js';
import { knownDocuments } from './known-documents.js';
import type { PendingFiles } from './pending-files.js';
import { sortTimes } from './sort-times.js';
import { storable } from './storable.js';
import { usersByEmail } from './users-by-email.js';
import { versionId } from './version-id.js';
import { writeVersions } from './write-versions.js';

/**
 * Adds the versions of some commits to the index of a branch, and their files to the pending ones; the commits follow on
 * the indexed ones. It is idempotent.
 * @param commits parents before children
 */
export async function importCommits(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  commits: CommitChanges[],
  pending: PendingFiles,
): Promise<void> {
  const files = new BranchFiles(git, await knownDocuments(db.read, at, commits, pending));
  const versions = await applyCommits(db.read, git, at, { commits, files });
  await writeVersions(db, at, versions, files.newDocuments);
  for (const { changes } of commits) {
    for (const { path } of changes) pending.change(path, files.get(path) ?? null);
  }
}

/** Applies commits to the files. @returns a version for each file that a commit changed, in the order of the commits */
async function applyCommits(
  db: Db,
  git: GitRepository,
  at: IndexedBranch,
  { commits, files }: { commits: CommitChanges[]; files: BranchFiles },
): Promise<NewVersion[]> {
  const times = await sortTimes(
    db,
    git,
    at,
    commits.map(({ commit }) => commit),
  );
  const users = await usersByEmail(db, [...new Set(commits.map((c) => c.commit.author.email))]);
  const versions: NewVersion[] = [];
  for (const entry of commits) {
    await files.apply(entry);
    const { author, committer, oid: commitOid } = entry.commit;
    const message = storable(entry.commit.message.trimEnd());
    const authorName = storable(author.name);
    const authorEmail = storable(author.email);
    const authorUserId = users.get(author.email) ?? null;
    const sortTime = times.get(commitOid)!;
    for (const { path, oid } of entry.changes) {
      if (oid === null) continue;
      const pause = yieldToEventLoop();
      if (pause) await pause;
      versions.push({
        id: versionId(at.repositoryId, at.branch, commitOid, path),
        path,
        documentId: files.get(path)?.documentId ?? null,
        commitOid,
        blobOid: oid,
        message,
        authorName,
        authorEmail,
        authorUserId,
        createdAt: committer.date,
        sortTime,
      });
    }
  }
  return versions;
}
