import type { ObjectStore } from '../objects/object-store.js';
import { findEntry, isRegularFile, isTree } from './tree-bytes.js';

/** What a path leads to: `other` is a symlink, a submodule, or a path below one; `missing` includes a path below a file. */
export type PathTarget =
  | { kind: 'file'; mode: string; oid: string }
  | { kind: 'directory'; oid: string }
  | { kind: 'other' }
  | { kind: 'missing' };

/** Finds a path below a root tree; only the trees on the way are read. */
export async function findPath(objects: ObjectStore, treeOid: string, path: string): Promise<PathTarget> {
  const segments = path.split('/');
  let tree = treeOid;
  for (const [index, segment] of segments.entries()) {
    const entry = findEntry(await objects.readExpected(tree, 'tree'), segment);
    if (!entry) return { kind: 'missing' };
    const last = index === segments.length - 1;
    if (isTree(entry.mode)) {
      if (last) return { kind: 'directory', oid: entry.oid };
      tree = entry.oid;
    } else if (!isRegularFile(entry.mode)) {
      return { kind: 'other' };
    } else {
      return last ? { kind: 'file', mode: entry.mode, oid: entry.oid } : { kind: 'missing' };
    }
  }
  return { kind: 'missing' };
}
