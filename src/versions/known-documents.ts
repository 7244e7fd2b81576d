import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Range } from './import-range.js';

/** What the index knows already of the documents that a range may concern. */
export interface KnownDocuments {
  /** The branch's files now, of the paths asked for; empty when the branch is indexed anew. */
  current: Map<
    string,
    { documentId: string | null; blobOid: string; lastCommitOid: string; updatedAt: Date }
  >;
  /** Ids that some file of the branch has now. */
  inUse: Set<string>;
  /** `commit:path` → id, from any branch. */
  byCommit: Map<string, string>;
  /** path → id on the default branch. */
  onDefaultBranch: Map<string, string>;
  /** path → the last id that it had on this branch. */
  before: Map<string, string>;
}

const itemsPerQuery = 1000;

/** Splits a list into parts of at most `size`. */
export function* chunk<T>(items: T[], size: number): Generator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** Reads {@link KnownDocuments} from the database, in bounded queries. */
export async function knownDocuments(
  prisma: PrismaClient,
  range: Range,
  asked: { commitOids: string[]; paths: string[] },
): Promise<KnownDocuments> {
  const { repositoryId, branch, defaultBranch } = range;
  const known: KnownDocuments = {
    current: new Map(),
    inUse: new Set(),
    byCommit: new Map(),
    onDefaultBranch: new Map(),
    before: new Map(),
  };
  for (const commitOids of chunk(asked.commitOids, itemsPerQuery)) {
    const versions = await prisma.fileVersion.findMany({
      where: { repositoryId, commitOid: { in: commitOids }, documentId: { not: null } },
      select: { commitOid: true, path: true, documentId: true },
    });
    for (const version of versions) {
      known.byCommit.set(`${version.commitOid}:${version.path}`, version.documentId!);
    }
  }
  for (const some of chunk(asked.paths, itemsPerQuery)) {
    const path = { in: some };
    if (range.from !== null) {
      const files = await prisma.branchFile.findMany({ where: { repositoryId, branch, path } });
      for (const file of files) known.current.set(file.path, file);
    }
    if (branch !== defaultBranch) {
      const files = await prisma.branchFile.findMany({
        where: { repositoryId, branch: defaultBranch, path, documentId: { not: null } },
        select: { path: true, documentId: true },
      });
      for (const file of files) known.onDefaultBranch.set(file.path, file.documentId!);
    }
    const versions = await prisma.fileVersion.findMany({
      where: { repositoryId, branch, path, documentId: { not: null } },
      orderBy: { position: 'desc' },
      distinct: ['path'],
      select: { path: true, documentId: true },
    });
    for (const version of versions) known.before.set(version.path, version.documentId!);
  }
  if (range.from !== null) {
    const candidates = [
      ...known.byCommit.values(),
      ...known.onDefaultBranch.values(),
      ...known.before.values(),
    ];
    for (const documentIds of chunk([...new Set(candidates)], itemsPerQuery)) {
      const files = await prisma.branchFile.findMany({
        where: { repositoryId, branch, documentId: { in: documentIds } },
        select: { documentId: true },
      });
      for (const file of files) known.inUse.add(file.documentId!);
    }
  }
  return known;
}
