import type { ObjectBatch } from '../objects/object-batch.js';
import { isTree, treeEntries } from '../trees/tree-bytes.js';

/** Takes over the added objects that a tree leads to, from a batch that has others too. */
export function keepReachable(from: ObjectBatch, to: ObjectBatch, treeOid: string): void {
  const tree = to.take(from, treeOid);
  if (!tree) return;
  for (const { mode, oid } of treeEntries(tree)) {
    if (isTree(mode)) keepReachable(from, to, oid);
    else to.take(from, oid);
  }
}
