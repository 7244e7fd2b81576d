import { DomainError } from '../../../errors.js';
import type { Commit, RecordedRename } from '../git-types.js';
import { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectStore } from '../objects/object-store.js';
import { blobsAt } from '../trees/blobs-at.js';
import type { FileDifference } from '../trees/tree-diff.js';

/** Of tree entries that are read for one commit. A commit from outside can name files in any folder of a large repository. */
const maxEntries = 100_000;

/** A recorded rename with the blobs that the commit has at both paths; null where it has none any more. */
export interface ExistingRename extends RecordedRename {
  fromOid: string | null;
  toOid: string;
}

/**
 * The renames that a commit records, without those whose files its parent or itself does not have: an amended commit keeps
 * the header of the commit that it replaces.
 * @param differences between the commit and its parent; only paths that are not among them are looked up, and none where that
 *   would read over 100,000 entries of trees
 */
export async function existingRenames(
  objects: ObjectStore,
  { renames, treeOid }: Pick<Commit, 'renames' | 'treeOid'>,
  differences: readonly FileDifference[],
): Promise<ExistingRename[]> {
  if (!renames || renames.length === 0) return [];
  const changed = new Map(differences.map((one) => [one.path, one]));
  const paths = new Set(renames.flatMap(({ from, to }) => [from, to]));
  const unchanged = await unchangedBlobs(
    objects,
    treeOid,
    [...paths].filter((path) => !changed.has(path)),
  );
  const blobs = (path: string) => {
    const same = unchanged.get(path) ?? null;
    return changed.get(path) ?? { before: same, after: same };
  };
  return renames.flatMap(({ from, to }) => {
    const toOid = blobs(to).after;
    const { before, after: fromOid } = blobs(from);
    return before === null || toOid === null ? [] : [{ from, to, fromOid, toOid }];
  });
}

async function unchangedBlobs(
  objects: ObjectStore,
  treeOid: string,
  paths: readonly string[],
): Promise<Map<string, string>> {
  try {
    return await blobsAt(objects, treeOid, paths, new EntryBudget(maxEntries));
  } catch (error) {
    if (error instanceof DomainError && error.code === 'payload_too_large') return new Map();
    throw error;
  }
}
