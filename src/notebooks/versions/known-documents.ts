import { isNotebookPath } from '../file-kind.js';
import { pathHash } from '../path-hash.js';
import { chunk, type Db, type IndexedBranch, itemsPerStatement } from './index-db.js';
import { newestVersions } from './newest-versions.js';

/** A file of a branch in the index. */
export interface FileState {
  documentId: string | null;
  blobOid: string;
  lastCommitOid: string;
  updatedAt: Date;
}

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

/** Reads {@link KnownDocuments}, in queries of bounded size. */
export async function knownDocuments(
  db: Db,
  at: IndexedBranch,
  wanted: { commitOids: string[]; paths: string[] },
): Promise<KnownDocuments> {
  const { repositoryId, branch, defaultBranch } = at;
  const known: KnownDocuments = {
    current: new Map(),
    usedElsewhere: [],
    byCommit: new Map(),
    onDefaultBranch: new Map(),
    before: new Map(),
  };
  for (const some of chunk(wanted.paths, itemsPerStatement)) {
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch, pathHash: { in: some.map(pathHash) } },
    });
    for (const file of files) known.current.set(file.path, file);
  }
  const added = wanted.paths.filter((path) => isNotebookPath(path) && !known.current.has(path));
  if (added.length === 0) return known;
  for (const commitOids of chunk(wanted.commitOids, itemsPerStatement)) {
    const versions = await db.fileVersion.findMany({
      where: { repositoryId, commitOid: { in: commitOids }, documentId: { not: null } },
      select: { commitOid: true, path: true, documentId: true },
    });
    for (const version of versions) {
      known.byCommit.set(`${version.commitOid}:${version.path}`, version.documentId!);
    }
  }
  if (branch !== defaultBranch) {
    for (const some of chunk(added, itemsPerStatement)) {
      const files = await db.branchFile.findMany({
        where: {
          repositoryId,
          branch: defaultBranch,
          pathHash: { in: some.map(pathHash) },
          documentId: { not: null },
        },
        select: { path: true, documentId: true },
      });
      for (const file of files) known.onDefaultBranch.set(file.path, file.documentId!);
    }
  }
  const versions = await newestVersions(
    db,
    at,
    added.map((path) => ({ path })),
  );
  for (const { path, documentId } of versions.values()) if (documentId) known.before.set(path, documentId);
  const ids = [...known.byCommit.values(), ...known.onDefaultBranch.values(), ...known.before.values()];
  for (const documentIds of chunk([...new Set(ids)], itemsPerStatement)) {
    const files = await db.branchFile.findMany({
      where: { repositoryId, branch, documentId: { in: documentIds } },
      select: { path: true, documentId: true },
    });
    for (const { path, documentId } of files)
      if (!known.current.has(path)) known.usedElsewhere.push(documentId!);
  }
  return known;
}
