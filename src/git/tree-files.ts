import type { EntryBudget } from './entry-budget.js';
import type { ObjectStore } from './object-store.js';
import { isReadableSegment } from './path.js';
import { isRegularFile, isTree, treeEntries } from './tree-bytes.js';

/** No longer path can be read; this also bounds the depth of hostile trees. */
export const longestPrefix = 4096;

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
    const lossy = name.includes('\ufffd') && !Buffer.from(name).equals(entry.name);
    if (!lossy && isReadableSegment(name)) yield { name, isTree: folder, oid: entry.oid };
  }
}

/**
 * Calls `visit` with each regular file below a tree, by path in byte order.
 * @param prefix empty, or a path that ends in a slash
 */
export async function visitFiles(
  walk: { objects: ObjectStore; budget: EntryBudget; visit: (path: string, oid: string) => void },
  treeOid: string,
  prefix = '',
): Promise<void> {
  if (prefix.length > longestPrefix) return;
  await walk.budget.pause();
  for (const entry of namedEntries(await walk.objects.readExpected(treeOid, 'tree'), walk.budget)) {
    const path = prefix + entry.name;
    if (entry.isTree) await visitFiles(walk, entry.oid, `${path}/`);
    else walk.visit(path, entry.oid);
  }
}
