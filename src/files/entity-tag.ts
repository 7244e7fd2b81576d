import { createHash } from 'node:crypto';
import type { PrismaService } from '../engines/database/prisma-service.js';
import { pathHash } from '../notebooks/path-hash.js';
import type { FileLocation } from './locate-file.js';

const digestLength = 12;

/**
 * The entity tag of a file as it is read, without quotes: the blob sha. Where the branch had the same blob at this path in
 * an earlier commit, the sha alone would be the same for both; then a dot and a digest of the commit and the notebook id
 * follow. At a tag or a commit sha they always follow, because the notebook id may change there.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
 */
export async function entityTag({ prisma }: PrismaService, file: FileLocation): Promise<string> {
  const { repository, branch, path, sha, commitSha, notebookId } = file;
  const earlier =
    branch === null ||
    (await prisma.fileVersion.findFirst({
      where: {
        repositoryId: repository.id,
        branch,
        pathHash: pathHash(path),
        blobOid: sha,
        commitOid: { not: commitSha },
      },
      select: { id: true },
    }));
  if (!earlier) return sha;
  const rest = JSON.stringify([repository.id, branch, commitSha, notebookId]);
  return `${sha}.${createHash('sha256').update(rest).digest('hex').slice(0, digestLength)}`;
}
