import { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectStore } from '../objects/object-store.js';
import { isRegularFile, isTree, treeEntries } from './tree-bytes.js';
import { maxPrefix } from './tree-files.js';

/**
 * The blobs of many paths below a tree: each folder on the way is read once, however many of the paths are in it.
 * @param budget how many entries may be read; default 500,000
 * @returns by path; without those where there is no regular file
 * @throws DomainError `payload_too_large` when the budget is used up
 */
export async function blobsAt(
  objects: ObjectStore,
  treeOid: string,
  paths: Iterable<string>,
  budget = new EntryBudget(),
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  await collect({ objects, budget, found }, treeOid, '', [...paths]);
  return found;
}

interface Walk {
  objects: ObjectStore;
  budget: EntryBudget;
  found: Map<string, string>;
}

async function collect(walk: Walk, treeOid: string, prefix: string, paths: readonly string[]): Promise<void> {
  if (paths.length === 0 || prefix.length > maxPrefix) return;
  await walk.budget.pause();
  const names = byName(paths, prefix.length);
  for (const { mode, name, oid } of treeEntries(await walk.objects.readExpected(treeOid, 'tree'))) {
    walk.budget.take();
    const key = name.toString();
    const here = names.get(key);
    // A name that is not UTF-8 is lost in decoding.
    if (!here || !Buffer.from(key).equals(name)) continue;
    const path = prefix + key;
    const below = `${path}/`;
    if (isTree(mode)) {
      const inside = here.filter((one) => one.startsWith(below));
      await collect(walk, oid, below, inside);
    } else if (isRegularFile(mode) && here.includes(path)) walk.found.set(path, oid);
  }
}

/** The paths below a folder, by the name that they have in it. @param start where that name begins */
function byName(paths: readonly string[], start: number): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const path of paths) {
    const end = path.indexOf('/', start);
    const name = path.slice(start, end < 0 ? undefined : end);
    const known = names.get(name);
    if (known) known.push(path);
    else names.set(name, [path]);
  }
  return names;
}
