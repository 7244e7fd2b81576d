import { DomainError } from '../../../errors.js';
import type { ComparedFile } from '../git-types.js';
import type { NativeGit } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RenameSearch } from '../rename-search.js';
import { findRenames } from './find-renames.js';
import { diffTrees, sortedByPath } from './tree-diff.js';

/** This many files may differ, because all are sorted before the first page. */
const maxFiles = 100_000;

/**
 * The regular files that differ between two trees, by path. A file that one has and the other does not counts as renamed where
 * the other has half of its content, as `git diff` finds it, at a path that this one does not have.
 * @throws DomainError `payload_too_large`, and what `search.enter` throws
 */
export async function compareTrees(
  git: { objects: ObjectStore; native: NativeGit },
  before: string,
  after: string,
  search: RenameSearch,
): Promise<ComparedFile[]> {
  const differences = await diffTrees(git.objects, before, after);
  if (differences.length > maxFiles)
    throw new DomainError('payload_too_large', 'The two commits differ in more than 100,000 files.');
  const found = sortedByPath(differences);
  const sources = await findRenames(git, { before, after, found, search });
  const gone = new Set(sources.values());
  const byPath = new Map(found.map((one) => [one.path, one]));
  return found.flatMap((one) => {
    const from = sources.get(one.path);
    if (from !== undefined)
      return [{ path: one.path, before: byPath.get(from)!.before, after: one.after, renamedFrom: from }];
    return gone.has(one.path) ? [] : [one];
  });
}
