import type { GitRepository } from '../engines/git/git-store.js';
import { DomainError } from '../errors.js';

/** The blob of a file at a commit; null when there is no file, also when there is a folder of its name. */
export async function findFileOid(
  git: Pick<GitRepository, 'fileOid'>,
  commitOid: string,
  path: string,
): Promise<string | null> {
  try {
    return await git.fileOid(commitOid, path);
  } catch (error) {
    if (error instanceof DomainError && error.code === 'invalid_path') return null;
    throw error;
  }
}
