import type { Repository } from '../../prisma/generated/client/client.js';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { isNotebookPath } from '../notebooks/file-kind.js';
import type { NotebookServices } from '../notebooks/notebook-services.js';
import { pathHash } from '../notebooks/path-hash.js';
import { newestVersions } from '../notebooks/versions/newest-versions.js';
import type { FileSource } from './file-target.js';

/** The last change of a file. */
export interface LastChange {
  commitOid: string;
  /** The notebook that the file was after the change; null for text files, or when it is unknown. */
  documentId: string | null;
}

/**
 * Finds the last changes of files in the history of a commit, which can be any commit. A path that has no file in the commit
 * gets the commit that deleted or renamed the file. The notebook id is that of an indexed branch that contains the change;
 * the default branch is preferred. If no branch contains it, it is the last id that the path had on the default branch, or
 * else null.
 * @returns the changes by path
 * @throws DomainError `not_found`, `payload_too_large` when the history is too long to be searched by one request,
 *   `storage_unavailable` while the default branch is indexed
 */
export async function lastChanges(
  services: NotebookServices,
  { repository, git }: Pick<FileSource, 'repository' | 'git'>,
  at: { commitOid: string; paths: string[] },
): Promise<Map<string, LastChange>> {
  const commits = await git.lastChanges(at.commitOid, at.paths);
  const notebooks = new Map([...commits].filter(([path]) => isNotebookPath(path)));
  let ids = await idsByChange(services, repository, notebooks);
  if (ids.size < notebooks.size) {
    const { id: repositoryId, defaultBranch } = repository;
    await services.indexer.ensure(repositoryId, defaultBranch);
    ids = await idsByChange(services, repository, notebooks);
    const missing = [...notebooks.keys()].filter((path) => !ids.has(path)).map((path) => ({ path }));
    const branch = { repositoryId, branch: defaultBranch, defaultBranch };
    for (const { path, documentId } of (await newestVersions(services.prisma, branch, missing)).values())
      if (documentId) ids.set(path, documentId);
  }
  return new Map(
    [...commits].map(([path, commitOid]) => [path, { commitOid, documentId: ids.get(path) ?? null }]),
  );
}

/**
 * Finds the notebook ids of changes in the indexes of all branches.
 * @param changes the oid of the commit by path
 */
async function idsByChange(
  { prisma }: PrismaService,
  { id: repositoryId, defaultBranch }: Repository,
  changes: Map<string, string>,
): Promise<Map<string, string>> {
  const versions = await prisma.fileVersion.findMany({
    where: {
      repositoryId,
      commitOid: { in: [...new Set(changes.values())] },
      pathHash: { in: [...changes.keys()].map(pathHash) },
      documentId: { not: null },
    },
    orderBy: { branch: 'asc' },
    select: { branch: true, commitOid: true, path: true, documentId: true },
  });
  const ids = new Map<string, string>();
  for (const { branch, commitOid, path, documentId } of versions) {
    if (changes.get(path) !== commitOid) continue;
    if (branch === defaultBranch || !ids.has(path)) ids.set(path, documentId!);
  }
  return ids;
}
