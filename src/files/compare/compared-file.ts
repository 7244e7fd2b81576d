import type { ComparedFile } from '../../engines/git/git-store.js';
import type { Comparison } from './compare-refs.js';

/**
 * One file of a comparison, also an unchanged one; null where neither commit has it.
 * @param path of a renamed file the path in either commit; where two files had it, that of the head counts
 * @throws DomainError `invalid_path`, `payload_too_large`
 */
export async function comparedFile(comparison: Comparison, path: string): Promise<ComparedFile | null> {
  const files = await comparison.files();
  const found = files.find((one) => one.path === path) ?? files.find((one) => one.renamedFrom === path);
  if (found) return found;
  const sha = await comparison.git.fileOid(comparison.headCommit, path);
  return sha === null ? null : { path, before: sha, after: sha };
}
