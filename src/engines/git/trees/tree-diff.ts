import type { PathChange } from '../git-types.js';
import { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectStore } from '../objects/object-store.js';
import { pairRenames } from './pair-renames.js';
import { differingEntries } from './tree-bytes.js';
import { listTree, maxPrefix, namedEntry } from './tree-files.js';

const noBytes = Buffer.alloc(0);

/** A regular file that differs, with its blobs; null on a side that does not have it. */
export interface FileDifference {
  path: string;
  before: string | null;
  after: string | null;
}

/** The regular files that differ between two trees (null: no files); equal folders are not read. */
export async function diffTrees(
  objects: ObjectStore,
  before: string | null,
  after: string | null,
): Promise<FileDifference[]> {
  const found: FileDifference[] = [];
  await collect({ objects, budget: new EntryBudget(), found }, before, after, '');
  return found;
}

/**
 * The differences of one commit, sorted by path. An added file whose identical blob was deleted in the same commit names
 * the path that it came from; see {@link pairRenames}.
 */
export function withRenames(found: FileDifference[]): PathChange[] {
  const differences = sortedByPath(found);
  const moved = new Map<string, { deleted: string[]; added: string[] }>();
  for (const { path, before, after } of differences) {
    if (after !== null) continue;
    const paths = moved.get(before!);
    if (paths) paths.deleted.push(path);
    else moved.set(before!, { deleted: [path], added: [] });
  }
  for (const { path, before, after } of differences) {
    if (before === null) moved.get(after!)?.added.push(path);
  }
  const sources = new Map<string, string>();
  for (const { deleted, added } of moved.values()) {
    for (const [path, from] of pairRenames(deleted, added)) sources.set(path, from);
  }
  return differences.map(({ path, after }) => {
    const from = sources.get(path);
    return from === undefined ? { path, oid: after } : { path, oid: after, renamedFrom: from };
  });
}

/** A copy of a list, sorted by path. */
export function sortedByPath<T extends { path: string }>(list: readonly T[]): T[] {
  return list.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

interface Walk {
  objects: ObjectStore;
  budget: EntryBudget;
  found: FileDifference[];
}

async function collect(
  walk: Walk,
  before: string | null,
  after: string | null,
  prefix: string,
): Promise<void> {
  if (before === after || prefix.length > maxPrefix) return;
  await walk.budget.pause();
  const left = before === null ? noBytes : await walk.objects.readExpected(before, 'tree');
  const right = after === null ? noBytes : await walk.objects.readExpected(after, 'tree');
  for (const [oldEntry, newEntry] of differingEntries(left, right, (count) => walk.budget.take(count))) {
    const old = oldEntry && namedEntry(oldEntry);
    const now = newEntry && namedEntry(newEntry);
    const name = (now ?? old)?.name;
    if (name === undefined) continue;
    const path = prefix + name;
    if (old?.isTree && now?.isTree) {
      await collect(walk, old.oid, now.oid, `${path}/`);
      continue;
    }
    const oldBlob = old && !old.isTree ? old.oid : null;
    const newBlob = now && !now.isTree ? now.oid : null;
    if (oldBlob !== newBlob) walk.found.push({ path, before: oldBlob, after: newBlob });
    if (old?.isTree) await collectAll(walk, old.oid, path, 'before');
    if (now?.isTree) await collectAll(walk, now.oid, path, 'after');
  }
}

async function collectAll(walk: Walk, tree: string, folder: string, side: 'before' | 'after'): Promise<void> {
  for (const { path, oid } of (await listTree(walk, tree, `${folder}/`)).files) {
    walk.found.push({ path, before: side === 'before' ? oid : null, after: side === 'after' ? oid : null });
  }
}
