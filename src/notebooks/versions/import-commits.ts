import type { Prisma } from '../../../prisma/generated/client/client.js';
import type { GitRepository } from '../../engines/git/git-store.js';
import { pathHash } from '../path-hash.js';
import { BranchFiles } from './branch-files.js';
import type { CommitChanges } from './commit-changes.js';
import type { Db, IndexDb, IndexedBranch } from './index-db.js';
import { knownDocuments } from './known-documents.js';
import { movedPaths } from './moved-paths.js';
import { sortTimes } from './sort-times.js';
import { storable } from './storable.js';
import { usersByEmail } from './users-by-email.js';
import { versionId } from './version-id.js';
import { writeImport } from './write-import.js';

/** The size in the row of a file whose blob has not been read yet; `reconcileFiles` replaces it. */
export const unknownSize = -1;

/**
 * Adds the files and versions of some commits to the index of a branch; the commits follow on the indexed ones. It is
 * idempotent.
 * @param commits parents before children
 * @param options.sizes whether to read the sizes of the files now; if not, they are {@link unknownSize}
 * @param options.last written in the last step
 */
export async function importCommits(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  commits: CommitChanges[],
  options: { sizes: boolean; last?: (tx: Db) => Promise<void> },
): Promise<void> {
  const paths = [...new Set(commits.flatMap(({ changes }) => changes.map((change) => change.path)))];
  const known = await knownDocuments(db.read, at, {
    commitOids: commits.map(({ commit }) => commit.oid),
    paths,
    moved: movedPaths(commits.flatMap(({ changes }) => changes)),
  });
  const files = new BranchFiles(git, known);
  const versions = await applyCommits(db.read, git, at, { commits, files });
  const rows = new Map<string, Prisma.BranchFileCreateManyInput>();
  const { repositoryId, branch } = at;
  for (const path of paths) {
    const file = files.get(path);
    if (!file) continue;
    const { documentId, blobOid, lastCommitOid, updatedAt } = file;
    const size = options.sizes ? await git.blobSize(blobOid) : unknownSize;
    rows.set(path, {
      ...{ repositoryId, branch, path, pathHash: pathHash(path) },
      ...{ documentId, blobOid, lastCommitOid, updatedAt, size },
    });
  }
  const { newDocuments } = files;
  await writeImport(db, at, { versions, newDocuments, paths, files: rows, last: options.last });
}

/** Applies commits to the files. @returns a version for each file that a commit changed, in the order of the commits */
async function applyCommits(
  db: Db,
  git: GitRepository,
  at: IndexedBranch,
  { commits, files }: { commits: CommitChanges[]; files: BranchFiles },
): Promise<Prisma.FileVersionCreateManyInput[]> {
  const times = await sortTimes(
    db,
    git,
    at,
    commits.map(({ commit }) => commit),
  );
  const users = await usersByEmail(db, [...new Set(commits.map((c) => c.commit.author.email))]);
  const versions: Prisma.FileVersionCreateManyInput[] = [];
  for (const entry of commits) {
    await files.apply(entry);
    const { author, oid: commitOid } = entry.commit;
    for (const { path, oid } of entry.changes) {
      if (oid === null) continue;
      versions.push({
        ...versionColumns(at, entry, { path, oid }),
        documentId: files.get(path)?.documentId ?? null,
        authorUserId: users.get(author.email) ?? null,
        sortTime: times.get(commitOid)!,
      });
    }
  }
  return versions;
}

function versionColumns(
  { repositoryId, branch }: IndexedBranch,
  { commit }: CommitChanges,
  { path, oid }: { path: string; oid: string },
) {
  return {
    id: versionId(repositoryId, branch, commit.oid, path),
    repositoryId,
    branch,
    path,
    pathHash: pathHash(path),
    commitOid: commit.oid,
    blobOid: oid,
    message: storable(commit.message.trimEnd()),
    authorName: storable(commit.author.name),
    authorEmail: storable(commit.author.email),
    createdAt: commit.committer.date,
  };
}
