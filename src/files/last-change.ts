import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { GitRepository } from '../git/git-store.js';
import { pathHash } from './path-hash.js';

/** The commit that last changed a file, and the notebook that the file was then; null for text files. */
export interface LastChange {
  commitOid: string;
  documentId: string | null;
}

/**
 * The last changes of files, seen from a commit that need not be a branch's tip. A path that no file has there is told
 * at the commit where it ended.
 * @throws DomainError `not_found`, `payload_too_large` when the history is too long to be searched at once
 */
export async function lastChanges(
  prisma: PrismaClient,
  git: GitRepository,
  at: { repositoryId: string; commitOid: string; paths: string[] },
): Promise<Map<string, LastChange>> {
  const commits = await git.lastChanges(at.commitOid, at.paths);
  const versions = await prisma.fileVersion.findMany({
    where: {
      repositoryId: at.repositoryId,
      commitOid: { in: [...new Set(commits.values())] },
      pathHash: { in: at.paths.map(pathHash) },
      documentId: { not: null },
    },
    select: { commitOid: true, path: true, documentId: true },
  });
  const documents = new Map(versions.map((one) => [`${one.commitOid}:${one.path}`, one.documentId]));
  return new Map(
    [...commits].map(([path, commitOid]) => [
      path,
      { commitOid, documentId: documents.get(`${commitOid}:${path}`) ?? null },
    ]),
  );
}
