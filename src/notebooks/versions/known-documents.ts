import type { PathChange } from '../../engines/git/git-store.js';
import { isNotebookPath } from '../file-kind.js';
import { pathHash } from '../path-hash.js';
import { chunk, itemsPerStatement } from './chunk.js';
import { idsByCommit } from './ids-by-commit.js';
import type { ImportStep } from './import-step.js';
import type { Db, IndexedBranch } from './index-db.js';
import { movedPaths } from './moved-paths.js';
import { newestVersions } from './newest-versions.js';
import type { FileState, PendingFiles } from './pending-files.js';

/** What the index knows about the paths of some commits before these are imported. */
export interface KnownDocuments {
  /** By path, the current files of the branch. */
  current: Map<string, FileState>;
  /** Of the ids below, those that other files of the branch have; an id is repeated for each such file. */
  usedElsewhere: string[];
  /** By `commit:path`, the id that any branch gave to the path in this commit. */
  byCommit: Map<string, string>;
  /** By path, the id on the default branch; for paths that are new to the branch. */
  onDefaultBranch: Map<string, string>;
  /** By path, the last id on this branch; for paths that the branch does not have now. */
  before: Map<string, string>;
}

/**
 * Reads {@link KnownDocuments}, in queries of bounded size.
 * @param pending the files that are ahead of the index; gets those that are read
 */
export async function knownDocuments(
  db: Db,
  at: IndexedBranch,
  { commits, isMerged }: Pick<ImportStep, 'commits' | 'isMerged'>,
  pending: PendingFiles,
): Promise<KnownDocuments> {
  const changes = commits.flatMap((commit) => commit.changes);
  const paths = [...new Set(changes.map(({ path }) => path))];
  await readFiles(db, at, pending, paths);
  const current = new Map(
    paths.flatMap((path) => {
      const file = pending.get(path);
      return file ? [[path, file] as const] : [];
    }),
  );
  const added = pathsThatNeedIds(changes, current);
  const adding = commits.filter(({ commit, changes: made }) =>
    made.some(({ path }) => added.has(path) || (isMerged(commit.oid) && isNotebookPath(path))),
  );
  if (adding.length === 0) {
    return { current, usedElsewhere: [], byCommit: new Map(), onDefaultBranch: new Map(), before: new Map() };
  }
  const byCommit = await idsByCommit(db, at, adding);
  const onDefaultBranch = await idsOnDefaultBranch(db, at, [...added]);
  const before = await lastIds(db, at, [...added]);
  const ids = new Set([...byCommit.values(), ...onDefaultBranch.values(), ...before.values()]);
  const users = await filesWithIds(db, at, ids, pending);
  const usedElsewhere = users.filter(({ path }) => !current.has(path)).map(({ documentId }) => documentId);
  return { current, usedElsewhere, byCommit, onDefaultBranch, before };
}

/**
 * The notebook paths that the branch does not have now, or that a commit deletes, or that a rename is from or to: the ids
 * of the latter may change although they stay.
 */
function pathsThatNeedIds(
  changes: readonly PathChange[],
  current: ReadonlyMap<string, FileState>,
): Set<string> {
  const moved = movedPaths(changes);
  const added = changes.filter(({ path, oid }) => oid === null || moved.has(path) || !current.has(path));
  return new Set(added.map(({ path }) => path).filter(isNotebookPath));
}

async function readFiles(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  pending: PendingFiles,
  paths: string[],
): Promise<void> {
  for (const some of chunk(pending.unread(paths), itemsPerStatement)) {
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch, pathHash: { in: some.map(pathHash) } },
    });
    for (const path of some) pending.read(path, null);
    for (const file of files) pending.read(file.path, file);
  }
}

async function idsOnDefaultBranch(
  db: Db,
  { repositoryId, branch, defaultBranch }: IndexedBranch,
  paths: string[],
) {
  const ids = new Map<string, string>();
  if (branch === defaultBranch) return ids;
  for (const some of chunk(paths, itemsPerStatement)) {
    const pathHashes = { in: some.map(pathHash) };
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch: defaultBranch, pathHash: pathHashes, documentId: { not: null } },
      select: { path: true, documentId: true },
    });
    for (const { path, documentId } of files) ids.set(path, documentId!);
  }
  return ids;
}

async function lastIds(db: Db, at: IndexedBranch, paths: string[]) {
  const ids = new Map<string, string>();
  const versions = await newestVersions(
    db,
    at,
    paths.map((path) => ({ path })),
  );
  for (const { path, documentId } of versions.values()) if (documentId) ids.set(path, documentId);
  return ids;
}

async function filesWithIds(
  db: Db,
  { repositoryId, branch }: IndexedBranch,
  ids: ReadonlySet<string>,
  pending: PendingFiles,
) {
  const found = pending.pathsOf(ids);
  for (const some of chunk([...ids], itemsPerStatement)) {
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch, documentId: { in: some } },
      select: { path: true, documentId: true },
    });
    for (const { path, documentId } of files)
      if (!pending.has(path)) found.push({ path, documentId: documentId! });
  }
  return found;
}
