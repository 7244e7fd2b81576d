import { yieldToEventLoop } from '../../../paging/yield-to-event-loop.js';
import { isTree, treeEntries } from '../trees/tree-bytes.js';
import { type CheckedFolder, checkEntry, maxPushedObjectBytes, tooLarge } from './check-entry.js';
import type { PackObjects } from './pack-objects.js';
import { PushRefused } from './push-refused.js';
import { checkSymlinks, type Symlink } from './symlink-target.js';

const maxSymlinks = 100_000;

/** The new objects, as far as they are checked. Sizes are in bytes. */
interface SortedObjects {
  /** The size of each tree. */
  trees: Map<string, number>;
  commits: { oid: string; size: number }[];
  /** Blobs over the limit. They are refused as soon as their path is known. */
  oversize: Set<string>;
}

/**
 * Checks the new objects of a push or a fetch for what Git's fsck accepts: names and paths that are too long, unknown
 * modes, symlinks that lead outside, objects that are too large. Trees that the repository has already are not read again,
 * so a symlink in one is not checked in its new folder. Other requests are served in between.
 * @throws PushRefused, which names the path
 */
export async function checkObjects(pack: PackObjects): Promise<void> {
  const sorted = await sortObjects(pack);
  const check = new TreeCheck(pack, sorted);
  await check.visit(await rootFolders(pack, sorted));
  // Trees that no new commit has. Git adds some of these itself when it completes a thin pack.
  const unvisited = [...sorted.trees.keys()].filter((oid) => !check.hasVisited(oid));
  await check.visit(new Map(unvisited.map((oid) => [oid, { prefix: '', depth: Number.POSITIVE_INFINITY }])));
  await checkSymlinks(pack, check.symlinks);
  const [oversize] = sorted.oversize;
  if (oversize) throw tooLarge(`blob ${oversize}`);
}

/**
 * Checks each new tree. A tree with several paths is first visited where the fewest folders are above it, because a symlink
 * leads outside from there first. It is visited again only with a longer path, because paths have a limit.
 */
class TreeCheck {
  /** By the id of the blob; of several symlinks with one target, the one with the fewest folders above it. */
  readonly symlinks = new Map<string, Symlink>();
  /** The maximum length of the paths with which each tree was visited. */
  readonly #visited = new Map<string, number>();

  readonly #pack: PackObjects;
  readonly #objects: SortedObjects;

  constructor(pack: PackObjects, objects: SortedObjects) {
    this.#pack = pack;
    this.#objects = objects;
  }

  hasVisited(oid: string): boolean {
    return this.#visited.has(oid);
  }

  /** Visits trees level by level, so that the first visit of each tree is the one with the fewest folders above it. */
  async visit(folders: Map<string, CheckedFolder>): Promise<void> {
    for (let level = folders; level.size > 0; ) {
      const next = new Map<string, CheckedFolder>();
      for await (const { oid, bytes } of this.#pack.read(this.#withSizes(level.keys()))) {
        await this.#visitTree({ oid, bytes }, level.get(oid)!, next);
      }
      level = next;
    }
  }

  async #visitTree(
    { oid, bytes }: { oid: string; bytes: Buffer },
    folder: CheckedFolder,
    next: Map<string, CheckedFolder>,
  ): Promise<void> {
    const isFirst = !this.#visited.has(oid);
    this.#visited.set(oid, Math.max(this.#visited.get(oid) ?? 0, folder.prefix.length));
    for (const entry of treeEntries(bytes)) {
      const waiting = yieldToEventLoop();
      if (waiting) await waiting;
      const path = checkEntry(entry, folder, this.#objects.oversize);
      if (isTree(entry.mode)) this.#addTree(entry.oid, path, folder, next);
      else if (entry.mode === '120000' && isFirst) this.#addSymlink(entry.oid, path, folder);
    }
  }

  /** Visits a new tree once more only when its path is longer than before. */
  #addTree(oid: string, path: string, { depth }: CheckedFolder, next: Map<string, CheckedFolder>): void {
    if (!this.#objects.trees.has(oid)) return;
    const known = Math.max(this.#visited.get(oid) ?? -1, next.get(oid)?.prefix.length ?? -1);
    if (path.length + 1 > known) next.set(oid, { prefix: `${path}/`, depth: depth + 1 });
  }

  #addSymlink(oid: string, path: string, { depth }: CheckedFolder): void {
    const known = this.symlinks.get(oid);
    if (!known || depth <= known.depth) this.symlinks.set(oid, { path, depth });
    if (this.symlinks.size > maxSymlinks) throw new PushRefused('the push has too many symlinks');
  }

  *#withSizes(oids: Iterable<string>): Generator<{ oid: string; size: number }> {
    for (const oid of oids) yield { oid, size: this.#objects.trees.get(oid)! };
  }
}

async function sortObjects(pack: PackObjects): Promise<SortedObjects> {
  const sorted: SortedObjects = { trees: new Map(), commits: [], oversize: new Set() };
  for await (const { oid, type, size } of pack.list()) {
    if (size > maxPushedObjectBytes && type !== 'blob') throw tooLarge(`${type} ${oid}`);
    if (size > maxPushedObjectBytes) sorted.oversize.add(oid);
    else if (type === 'tree') sorted.trees.set(oid, size);
    else if (type === 'commit') sorted.commits.push({ oid, size });
  }
  return sorted;
}

/** The new root trees of the new commits. */
async function rootFolders(
  pack: PackObjects,
  { commits, trees }: SortedObjects,
): Promise<Map<string, CheckedFolder>> {
  const roots = new Map<string, CheckedFolder>();
  for await (const { bytes } of pack.read(commits)) {
    const oid = /^tree ([0-9a-f]{40})\n/.exec(bytes.toString('latin1', 0, 46))?.[1];
    if (oid && trees.has(oid)) roots.set(oid, { prefix: '', depth: 0 });
  }
  return roots;
}
