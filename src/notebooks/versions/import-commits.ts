import { randomUUID } from 'node:crypto';
import type { Prisma } from '../../../prisma/generated/client/client.js';
import type { Commit, GitRepository, PathChange } from '../../engines/git/git-store.js';
import { isNotebookPath } from '../file-kind.js';
import { pathHash } from '../path-hash.js';
import { blobAt } from './blob-at.js';
import { chunk, type Db, type IndexDb, type IndexedBranch, itemsPerStatement, storable } from './index-db.js';
import { type FileState, knownDocuments } from './known-documents.js';
import { sortTimes } from './sort-times.js';
import { usersByEmail } from './users-by-email.js';
import { versionId } from './version-id.js';

/** A commit with what it changed. */
export interface CommitChanges {
  commit: Commit;
  changes: PathChange[];
}

/** The size of a file's row whose blob was not looked at yet; `settleFiles` fills it in. */
export const unknownSize = -1;
const rowsPerStep = 2_000;

/**
 * Adds the files and versions of some commits, which follow on what the index has. Done twice it does the same.
 *
 * A notebook keeps its id while its path stays on the branch. A path that is new to the branch takes, in this order:
 * the id that another branch gave the same path in the same commit (shared history), the id that it had before on its
 * side of a merge, where the other side had renamed it, the id it was renamed from, the id that the default branch has at
 * the path, the id that the path had on this branch before, else a new one. So between the sides of a merge two files may
 * have one id; `keepIdsApart` ends that.
 * @param options.sizes whether the files' sizes are read now; else they are left {@link unknownSize}
 * @param options.last written with the last step
 */
export async function importCommits(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  commits: CommitChanges[],
  options: { sizes: boolean; last?: (tx: Db) => Promise<void> },
): Promise<void> {
  const paths = [...new Set(commits.flatMap(({ changes }) => changes.map((change) => change.path)))];
  const known = await knownDocuments(db.read, at, { commitOids: commits.map((c) => c.commit.oid), paths });
  const times = await sortTimes(
    db.read,
    git,
    at,
    commits.map(({ commit }) => commit),
  );
  const users = await usersByEmail(db.read, [...new Set(commits.map((c) => c.commit.author.email))]);

  const files = new Map<string, FileState>(known.current);
  const lastIds = new Map(known.before);
  const uses = new Map<string, number>();
  const use = (id: string, by: 1 | -1) => uses.set(id, (uses.get(id) ?? 0) + by);
  for (const id of known.usedElsewhere) use(id, 1);
  for (const { documentId } of files.values()) if (documentId) use(documentId, 1);
  const newDocuments = new Set<string>();
  const versions: Prisma.FileVersionCreateManyInput[] = [];
  const free = (id: string | undefined) => (id !== undefined && !uses.get(id) ? id : undefined);
  for (const { commit, changes } of commits) {
    const released = new Map<string, string>();
    for (const change of changes) {
      const old = change.oid === null ? files.get(change.path) : undefined;
      if (!old) continue;
      files.delete(change.path);
      if (old.documentId) {
        released.set(change.path, old.documentId);
        lastIds.set(change.path, old.documentId);
        use(old.documentId, -1);
      }
    }
    for (const change of changes) {
      if (change.oid === null) continue;
      const { path, oid, renamedFrom } = change;
      let documentId = files.get(path)?.documentId ?? null;
      if (isNotebookPath(path) && !documentId) {
        const lastId = lastIds.get(path);
        documentId =
          free(known.byCommit.get(`${commit.oid}:${path}`)) ??
          (lastId !== undefined && (await wasThere(git, commit, path)) ? lastId : undefined) ??
          (renamedFrom === undefined ? undefined : (released.get(renamedFrom) ?? lastIds.get(renamedFrom))) ??
          free(known.onDefaultBranch.get(path)) ??
          free(lastId) ??
          null;
        if (!documentId) {
          documentId = randomUUID();
          newDocuments.add(documentId);
        }
        use(documentId, 1);
      }
      files.set(path, {
        documentId,
        blobOid: oid,
        lastCommitOid: commit.oid,
        updatedAt: commit.committer.date,
      });
      versions.push({
        ...versionOf(at, commit, { path, oid }),
        documentId,
        authorUserId: users.get(commit.author.email) ?? null,
        sortTime: times.get(commit.oid)!,
      });
    }
  }

  const rows = new Map<string, Prisma.BranchFileCreateManyInput>();
  for (const path of paths) {
    const file = files.get(path);
    if (!file) continue;
    const { documentId, blobOid, lastCommitOid, updatedAt } = file;
    const size = options.sizes ? await git.blobSize(blobOid) : unknownSize;
    const { repositoryId, branch } = at;
    rows.set(path, {
      repositoryId,
      branch,
      path,
      pathHash: pathHash(path),
      documentId,
      blobOid,
      lastCommitOid,
      updatedAt,
      size,
    });
  }
  await write(db, at, { versions, newDocuments, paths, rows, last: options.last });
}

/** Whether one of a commit's parents has a file at the path. */
async function wasThere(git: GitRepository, commit: Commit, path: string): Promise<boolean> {
  for (const parent of commit.parents) if ((await blobAt(git, parent, path)) !== null) return true;
  return false;
}

function versionOf(at: IndexedBranch, commit: Commit, file: { path: string; oid: string }) {
  const { repositoryId, branch } = at;
  return {
    id: versionId(repositoryId, branch, commit.oid, file.path),
    repositoryId,
    branch,
    path: file.path,
    pathHash: pathHash(file.path),
    commitOid: commit.oid,
    blobOid: file.oid,
    message: storable(commit.message.trimEnd()),
    authorName: storable(commit.author.name),
    authorEmail: storable(commit.author.email),
    createdAt: commit.committer.date,
  };
}

/** All at once when it is little; else the versions first: from them, what was cut short is done again with the same ids. */
async function write(
  db: IndexDb,
  { repositoryId, branch }: IndexedBranch,
  made: {
    versions: Prisma.FileVersionCreateManyInput[];
    newDocuments: Set<string>;
    paths: string[];
    rows: Map<string, Prisma.BranchFileCreateManyInput>;
    last?: (tx: Db) => Promise<void>;
  },
): Promise<void> {
  const writes: ((tx: Db) => Promise<void>)[] = [];
  for (const data of chunk(made.versions, itemsPerStatement)) {
    const documents = [...new Set(data.map(({ documentId }) => documentId!))].filter((id) =>
      made.newDocuments.delete(id),
    );
    writes.push(async (tx) => {
      if (documents.length > 0)
        await tx.notebookDocument.createMany({ data: documents.map((id) => ({ id, repositoryId })) });
      await tx.fileVersion.createMany({ data, skipDuplicates: true });
    });
  }
  for (const paths of chunk(made.paths, itemsPerStatement)) {
    const data = paths.flatMap((path) => made.rows.get(path) ?? []);
    writes.push(async (tx) => {
      await tx.branchFile.deleteMany({
        where: { repositoryId, branch, pathHash: { in: paths.map(pathHash) } },
      });
      await tx.branchFile.createMany({ data });
    });
  }
  if (made.last) writes.push(made.last);
  const isLittle = made.versions.length + made.paths.length <= rowsPerStep;
  const steps = db.isSplit && !isLittle ? writes.map((one) => [one]) : [writes];
  for (const step of steps) {
    await db.step(async (tx) => {
      for (const one of step) await one(tx);
    });
  }
}
