import type { GitRepository } from '../../engines/git/git-store.js';
import { yieldToEventLoop } from '../../paging/yield-to-event-loop.js';
import { BranchFiles } from './branch-files.js';
import { type ImportStep, mergedVersionId } from './import-step.js';
import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import type { NewVersion } from './insert-rows.js';
import { type KnownDocuments, knownDocuments } from './known-documents.js';
import type { PendingFiles } from './pending-files.js';
import { sortTimes } from './sort-times.js';
import { storable } from './storable.js';
import { usersByEmail } from './users-by-email.js';
import { versionId } from './version-id.js';
import { writeVersions } from './write-versions.js';

/**
 * Adds the versions of some commits to the index of a branch, and their files to the pending ones; the commits follow on
 * the indexed ones. It is idempotent.
 */
export async function importCommits(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  step: ImportStep,
  pending: PendingFiles,
): Promise<void> {
  const known = await knownDocuments(db.read, at, step, pending);
  const files = new BranchFiles(git, known);
  const versions = await applyCommits(db.read, git, at, { step, known, files });
  await writeVersions(db, at, versions, files.newDocuments);
  for (const { changes } of step.commits) {
    for (const { path } of changes) pending.change(path, files.get(path) ?? null);
  }
}

/** Applies commits to the files. @returns a version for each file that a commit changed, in the order of the commits */
async function applyCommits(
  db: Db,
  git: GitRepository,
  at: IndexedBranch,
  { step, known, files }: { step: ImportStep; known: KnownDocuments; files: BranchFiles },
): Promise<NewVersion[]> {
  const { commits } = step;
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
      const documentId = await mergedVersionId(git, step, {
        ...{ commitOid, path, blobOid: oid },
        known: known.byCommit.get(`${commitOid}:${path}`),
        current: files.get(path)?.documentId ?? null,
      });
      versions.push({
        id: versionId(at.repositoryId, at.branch, commitOid, path),
        path,
        documentId,
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
