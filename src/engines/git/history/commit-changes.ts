import type { Commit, PathChange } from '../git-types.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import { type FileDifference, sortedByPath, withRenames } from '../trees/tree-diff.js';
import { findPath } from '../trees/tree-path.js';

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
  const { treeOid: parentTree } = await readLinks(objects, commit.parents[0]!);
  const changes = new Map<string, PathChange>();
  for (const { path, after } of differences) changes.set(path, { path, oid: after });
  for (const { from, to } of commit.renames) {
    const oid = await blobAt(objects, commit.treeOid, to);
    // An amended commit keeps the header of the commit that it replaces.
    if (oid === null || (await blobAt(objects, parentTree, from)) === null) continue;
    if (!changes.has(from))
      changes.set(from, { path: from, oid: await blobAt(objects, commit.treeOid, from) });
    changes.set(to, { ...changes.get(to), path: to, oid, renamedFrom: from });
  }
  return sortedByPath([...changes.values()]);
}

async function blobAt(objects: ObjectStore, treeOid: string, path: string): Promise<string | null> {
  const found = await findPath(objects, treeOid, path);
  return found.kind === 'file' ? found.oid : null;
}
