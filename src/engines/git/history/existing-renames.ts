import type { Commit, RecordedRename } from '../git-types.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import { findPath } from '../trees/tree-path.js';
import { yieldToEventLoop } from '../yield-to-event-loop.js';

/**
 * The renames that a commit records, without those whose files its parent or itself does not have: an amended commit keeps
 * the header of the commit that it replaces.
 * @returns each with the blob at its new path
 */
export async function existingRenames(
  objects: ObjectStore,
  { renames, parents, treeOid }: Commit,
): Promise<(RecordedRename & { oid: string })[]> {
  if (!renames) return [];
  const { treeOid: parentTree } = await readLinks(objects, parents[0]!);
  const existing: (RecordedRename & { oid: string })[] = [];
  for (const { from, to } of renames) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    const oid = await blobAt(objects, treeOid, to);
    if (oid !== null && (await blobAt(objects, parentTree, from)) !== null) existing.push({ from, to, oid });
  }
  return existing;
}

/** The blob of the regular file at a path below a tree; null where there is none. */
export async function blobAt(objects: ObjectStore, treeOid: string, path: string): Promise<string | null> {
  const found = await findPath(objects, treeOid, path);
  return found.kind === 'file' ? found.oid : null;
}
