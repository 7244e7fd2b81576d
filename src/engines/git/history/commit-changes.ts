import type { Commit, PathChange } from '../git-types.js';
import type { ObjectStore } from '../objects/object-store.js';
import { type FileDifference, sortedByPath, withRenames } from '../trees/tree-diff.js';
import { existingRenames } from './existing-renames.js';

/**
 * The files that a commit changed, sorted by path, with the renames that it records, else with guessed ones.
 * @param differences between the commit and its first parent
 */
export async function commitChanges(
  objects: ObjectStore,
  commit: Commit,
  differences: FileDifference[],
): Promise<PathChange[]> {
  if (commit.renames === null) return withRenames(differences);
  const changes = new Map<string, PathChange>();
  for (const { path, after } of differences) changes.set(path, { path, oid: after });
  for (const { from, to, fromOid, toOid } of await existingRenames(objects, commit, differences)) {
    if (!changes.has(from)) changes.set(from, { path: from, oid: fromOid });
    changes.set(to, { ...changes.get(to), path: to, oid: toOid, renamedFrom: from });
  }
  return sortedByPath([...changes.values()]);
}
