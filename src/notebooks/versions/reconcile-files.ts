import type { GitRepository } from '../../engines/git/git-store.js';
import { pathHash } from '../path-hash.js';
import { blobAt } from './blob-at.js';
import { chunk, itemsPerStatement } from './chunk.js';
import type { IndexDb, IndexedBranch } from './index-db.js';
import { type NewFile, replaceFiles } from './insert-rows.js';
import { newestVersions } from './newest-versions.js';
import { unknownSize } from './write-files.js';

/** Blobs by path; null for a path that must have no file. */
type ExpectedFiles = Map<string, string | null>;

/**
 * Makes the indexed files of a branch equal to the files of a commit. They can differ after a merge, which may keep an
 * older state of a file than the last imported commit, and after commits were removed. A corrected file gets the metadata
 * of the newest version with its content. Missing sizes are filled in.
 * @param paths the files to check; default all
 */
export async function reconcileFiles(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  commitOid: string,
  paths?: Iterable<string>,
): Promise<void> {
  if (!paths) {
    await reconcileAll(db, git, at, commitOid);
    return;
  }
  for (const some of chunk([...paths], itemsPerStatement)) {
    const expected: ExpectedFiles = new Map();
    for (const path of some) expected.set(path, await blobAt(git, commitOid, path));
    await reconcile(db, git, at, { commitOid, expected });
  }
}

async function reconcileAll(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  commitOid: string,
): Promise<void> {
  const { repositoryId, branch } = at;
  const files = await git.listFiles(commitOid);
  for (const some of chunk(files, itemsPerStatement)) {
    await reconcile(db, git, at, { commitOid, expected: new Map(some.map(({ path, oid }) => [path, oid])) });
  }
  const present = new Set(files.map(({ path }) => path));
  for (let after = ''; ; ) {
    const rows = await db.read.branchFile.findMany({
      where: { repositoryId, branch, pathHash: { gt: after } },
      orderBy: { pathHash: 'asc' },
      take: itemsPerStatement,
      select: { path: true, pathHash: true },
    });
    if (rows.length === 0) return;
    after = rows.at(-1)!.pathHash;
    const gone = rows.filter(({ path }) => !present.has(path));
    if (gone.length === 0) continue;
    await reconcile(db, git, at, { commitOid, expected: new Map(gone.map(({ path }) => [path, null])) });
  }
}

async function reconcile(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  { commitOid, expected }: { commitOid: string; expected: ExpectedFiles },
): Promise<void> {
  const { repositoryId, branch } = at;
  const rows = await db.read.branchFile.findMany({
    where: { repositoryId, branch, pathHash: { in: [...expected.keys()].map(pathHash) } },
  });
  const indexed = new Map(rows.map((row) => [row.path, row.blobOid]));
  const wrong = new Map([...expected].filter(([path, oid]) => (indexed.get(path) ?? null) !== oid));
  const data = await correctRows(db, git, at, { commitOid, expected: wrong });
  // In the order of the paths, in which a pack has them: the blobs of neighbours are read together.
  const unsized = rows.filter(({ path, size }) => size === unknownSize && !wrong.has(path));
  for (const row of unsized.sort((a, b) => (a.path < b.path ? -1 : 1)))
    data.push({ ...row, size: await git.blobSize(row.blobOid) });
  const gone = [...wrong.keys()].filter((path) => wrong.get(path) === null);
  if (data.length + gone.length > 0) await db.step((tx) => replaceFiles(tx, at, data, gone));
}

/** The rows for the files that must exist. */
async function correctRows(
  db: IndexDb,
  git: GitRepository,
  at: IndexedBranch,
  { commitOid, expected }: { commitOid: string; expected: ExpectedFiles },
): Promise<NewFile[]> {
  const present = [...expected].flatMap(([path, oid]) => (oid === null ? [] : [{ path, oid }]));
  const versions = await newestVersions(db.read, at, present);
  const { committer } = await git.readCommit(commitOid);
  const data: NewFile[] = [];
  for (const { path, oid } of present) {
    const version = versions.get(path);
    data.push({
      path,
      blobOid: oid,
      size: await git.blobSize(oid),
      documentId: version?.documentId ?? null,
      lastCommitOid: version?.commitOid ?? commitOid,
      updatedAt: version?.createdAt ?? committer.date,
    });
  }
  return data;
}
