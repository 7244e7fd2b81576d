import type { MergeConflict, MergeFile } from '../merge-types.js';
import { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectBatch } from '../objects/object-batch.js';
import { type NamedTreeEntry as Entry, entriesByName, isSameEntry, type TreeReader } from './path-tree.js';
import { isRegularFile, isTree, treeBytes, treeMode } from './tree-bytes.js';
import { maxPrefix, namedEntry } from './tree-files.js';

/** This many conflicts are reported; then the merge ends. */
export const maxConflicts = 100;

/** What a name has in each tree; several bases where branches were merged crosswise. */
interface Versions {
  bases: (Entry | null)[];
  ours: Entry | null;
  theirs: Entry | null;
}

interface Merge extends TreeReader {
  mergeFile: MergeFile;
  conflicts: MergeConflict[];
}

/**
 * Merges two trees, path by path, as `git merge` does without looking for renames (the caller has moved renamed files to one path): what one side alone
 * changed is taken over, symlinks and submodules too. A file that both changed is merged by `mergeFile`. New trees and blobs are
 * added to the batch.
 * @param trees.bases the trees of the merge bases; where there are several, they must all lead to the same outcome
 * @returns the tree, or up to 100 conflicts
 * @throws DomainError `payload_too_large` for trees with over 500,000 entries to look at, `storage_unavailable`
 */
export async function mergeTrees(
  batch: ObjectBatch,
  trees: { bases: string[]; ours: string; theirs: string },
  mergeFile: MergeFile,
): Promise<{ treeOid: string } | { conflicts: MergeConflict[] }> {
  const merge: Merge = { batch, budget: new EntryBudget(), mergeFile, conflicts: [] };
  const tree = (oid: string): Entry => ({ mode: treeMode, name: Buffer.alloc(0), oid });
  const merged = await mergeFolders(
    merge,
    { bases: trees.bases.map(tree), ours: tree(trees.ours), theirs: tree(trees.theirs) },
    '',
  );
  if (merge.conflicts.length > 0) return { conflicts: merge.conflicts };
  return { treeOid: merged ?? batch.add('tree', Buffer.alloc(0)) };
}

/** The merged folder; null where nothing is in it. A version that is no folder counts as an empty one. */
async function mergeFolders(merge: Merge, versions: Versions, prefix: string): Promise<string | null> {
  await merge.budget.pause();
  const [ours, theirs] = [await entriesOf(merge, versions.ours), await entriesOf(merge, versions.theirs)];
  const bases: Map<string, Entry>[] = [];
  for (const base of versions.bases) bases.push(await entriesOf(merge, base));
  const merged: Entry[] = [];
  for (const key of new Set([...ours.keys(), ...theirs.keys()])) {
    if (merge.conflicts.length >= maxConflicts) return null;
    const entry = await mergeEntry(
      merge,
      {
        bases: bases.map((base) => base.get(key) ?? null),
        ours: ours.get(key) ?? null,
        theirs: theirs.get(key) ?? null,
      },
      prefix,
    );
    if (entry) merged.push(entry);
  }
  return merged.length === 0 ? null : merge.batch.add('tree', treeBytes(merged));
}

async function entriesOf(merge: Merge, folder: Entry | null): Promise<Map<string, Entry>> {
  return folder && isTree(folder.mode) ? entriesByName(merge, folder.oid) : new Map();
}

async function mergeEntry(merge: Merge, versions: Versions, prefix: string): Promise<Entry | null> {
  const { bases, ours, theirs } = versions;
  if (isSameEntry(ours, theirs)) return ours;
  const taken = bases.map((base) =>
    isSameEntry(base, theirs) ? 'ours' : isSameEntry(base, ours) ? 'theirs' : 'both',
  );
  const [first = 'both'] = taken;
  if (first !== 'both' && taken.every((one) => one === first)) return versions[first];
  const { name } = (ours ?? theirs)!;
  const path = prefix + name.toString();
  if (path.length <= maxPrefix && isFolderOrNone(ours) && isFolderOrNone(theirs)) {
    const oid = await mergeFolders(merge, versions, `${path}/`);
    return oid === null ? null : { mode: treeMode, name, oid };
  }
  return mergeFiles(merge, versions, path);
}

async function mergeFiles(
  { batch, conflicts, mergeFile }: Merge,
  { bases, ours, theirs }: Versions,
  path: string,
): Promise<Entry | null> {
  const refuse = (reason: MergeConflict['reason']) => {
    conflicts.push({ path: path.toWellFormed(), reason });
    return null;
  };
  if (!ours || !theirs) return refuse('deleted');
  if (!isRegularFile(ours.mode) || !isRegularFile(theirs.mode)) return refuse('type');
  const files = bases.filter((base) => base !== null && isRegularFile(base.mode)) as Entry[];
  if (files.length === 0) return ours.oid === theirs.oid ? ours : refuse('both_added');
  const mode = files.every((base) => base.mode === ours.mode) ? theirs.mode : ours.mode;
  if (ours.oid === theirs.oid) return { ...ours, mode };
  const [base, ...others] = new Set(files.map(({ oid }) => oid));
  // Each base may lead to another outcome, and nothing says which is the right one.
  if (others.length > 0 || namedEntry({ ...ours, start: 0, end: 0 }) === null) return refuse('content');
  if (base === theirs.oid) return { ...ours, mode };
  if (base === ours.oid) return { ...theirs, mode };
  const bytes = await mergeFile({ path, base: base!, ours: ours.oid, theirs: theirs.oid });
  return bytes ? { mode, name: ours.name, oid: await batch.addBlob(bytes) } : refuse('content');
}

function isFolderOrNone(entry: Entry | null): boolean {
  return entry === null || isTree(entry.mode);
}
