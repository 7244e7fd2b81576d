import type { GitRepository } from '../../engines/git/git-store.js';
import { DomainError } from '../../errors.js';

/** The object id of the blob at a path in a commit; null when there is no regular file. */
export async function blobAt(git: GitRepository, commitOid: string, path: string): Promise<string | null> {
  return git.fileOid(commitOid, path).catch((error: unknown) => {
    if (error instanceof DomainError && error.code === 'invalid_path') return null;
    throw error;
  });
}
