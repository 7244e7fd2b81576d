import type { EntryBudget } from './entry-budget.js';
import type { ObjectStore } from './object-store.js';
import { isReadableSegment } from './path.js';
import { isRegularFile, isTree, treeEntries } from './tree-bytes.js';

const deepest = 512;

/** A regular file or a folder in a tree. */
export interface NamedEntry {
  name: string;
  isTree: boolean;
  oid: string;
}

/** The regular files and folders of one tree, in its order, without names that no file is read under. */
export function* namedEntries(bytes: Buffer, budget: EntryBudget): Generator<NamedEntry> {
  for (const entry of treeEntries(bytes)) {
    budget.take();
    const folder = isTree(entry.mode);
    if (!folder && !isRegularFile(entry.mode)) continue;
    const name = entry.name.toString();
    // Bytes that are not UTF-8 decode to a name that would not lead back to them.
    if (!isReadableSegment(name) || !Buffer.from(name).equals(entry.name)) continue;
    yield { name, isTree: folder, oid: entry.oid };
  }
}

/** The regular files below a tree, by path in byte order; `prefix` is empty or ends in a slash. */
export async function* treeFiles(
  objects: ObjectStore,
  treeOid: string,
  budget: EntryBudget,
  prefix = '',
  depth = 0,
): AsyncGenerator<{ path: string; oid: string }> {
  if (depth > deepest) return;
  for (const entry of namedEntries(await objects.readExpected(treeOid, 'tree'), budget)) {
    const path = prefix + entry.name;
    if (entry.isTree) yield* treeFiles(objects, entry.oid, budget, `${path}/`, depth + 1);
    else yield { path, oid: entry.oid };
  }
}
