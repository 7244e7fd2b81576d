import { LoopPace } from '../../../paging/loop-pace.js';
import type { MergeConflict, RenamedFile } from '../merge-types.js';
import { isSameEntry, type NamedTreeEntry, type PathTree } from '../trees/path-tree.js';
import { isRegularFile, isTree } from '../trees/tree-bytes.js';
import type { MergeSides, SideRenames } from './merge-sides.js';

const pace = new LoopPace();

type Side = 'ours' | 'theirs';

/** A renamed file, with what each tree has of it. */
interface Found extends RenamedFile {
  entries: { bases: (NamedTreeEntry | null)[]; ours: NamedTreeEntry | null; theirs: NamedTreeEntry | null };
}

/** The trees of a merge in which each renamed file has one path. */
export interface Followed {
  bases: string[];
  ours: string;
  theirs: string;
  /** The renamed files by their path in these trees. */
  renamed: Map<string, RenamedFile>;
  /** Files that have no one path; the trees do not have them. */
  conflicts: MergeConflict[];
}

/**
 * Moves the files that one side renamed to their new path in the trees of the bases and of the other side, too. A merge that
 * knows no renames then merges them as `git merge` does. It is a conflict where both sides renamed a file differently, where one
 * removed what the other one renamed, and where the other side has another file at the new path.
 * @param sides the trees are changed
 * @throws DomainError `payload_too_large`, `storage_unavailable`
 */
export async function followRenames(sides: MergeSides, renames: SideRenames): Promise<Followed> {
  const follower = new Follower(sides, renames);
  await follower.run();
  const bases: string[] = [];
  for (const { files } of sides.bases) bases.push(await files.write());
  return {
    bases,
    ours: await sides.ours.files.write(),
    theirs: await sides.theirs.files.write(),
    renamed: follower.renamed,
    conflicts: follower.conflicts,
  };
}

class Follower {
  readonly renamed = new Map<string, RenamedFile>();
  readonly conflicts: MergeConflict[] = [];
  readonly #bases: PathTree[];
  readonly #trees: Record<Side, PathTree>;
  readonly #renames: SideRenames;
  /** The new paths of each side. */
  readonly #targets: Record<Side, ReadonlySet<string>>;

  constructor({ bases, ours, theirs }: MergeSides, renames: SideRenames) {
    this.#bases = bases.map(({ files }) => files);
    this.#trees = { ours: ours.files, theirs: theirs.files };
    this.#renames = renames;
    this.#targets = { ours: new Set(renames.ours.values()), theirs: new Set(renames.theirs.values()) };
  }

  async run(): Promise<void> {
    const files: Found[] = [];
    for (const path of await this.#paths()) {
      await pace.next();
      files.push(await this.#find(path));
    }
    // All are removed before the first is added: two files may have exchanged their paths.
    for (const { base, ours, theirs } of files) {
      await pace.next();
      for (const tree of this.#bases) await tree.remove(base);
      if (ours !== null) await this.#trees.ours.remove(ours);
      if (theirs !== null) await this.#trees.theirs.remove(theirs);
    }
    const taken = new Map<string, Found>();
    for (const file of files) {
      await pace.next();
      const path = this.#mergedPath(file);
      if (path === null) continue;
      const other = taken.get(path);
      if (other) this.#refuse(path, 'both_added', file);
      else if (await this.#isFree(path, file)) await this.#add(path, file);
      taken.set(path, file);
    }
  }

  /** The renamed files by their paths in the bases, and the files that a rename replaced. */
  async #paths(): Promise<Set<string>> {
    const paths = new Set([...this.#renames.ours.keys(), ...this.#renames.theirs.keys()]);
    for (const target of [...this.#targets.ours, ...this.#targets.theirs])
      for (const tree of this.#bases) {
        const entry = await tree.find(target);
        if (entry && isRegularFile(entry.mode)) paths.add(target);
      }
    return paths;
  }

  async #find(base: string): Promise<Found> {
    const bases: Found['entries']['bases'] = [];
    for (const tree of this.#bases) bases.push(await tree.find(base));
    const [ours, theirs] = [await this.#pathOn('ours', base), await this.#pathOn('theirs', base)];
    const entryOn = (side: Side, path: string | null) =>
      path === null ? null : this.#trees[side].find(path);
    const entries = { bases, ours: await entryOn('ours', ours), theirs: await entryOn('theirs', theirs) };
    return { base, ours, theirs, entries };
  }

  async #pathOn(side: Side, base: string): Promise<string | null> {
    const renamed = this.#renames[side].get(base);
    if (renamed !== undefined) return renamed;
    if (this.#targets[side].has(base)) return null;
    const entry = await this.#trees[side].find(base);
    return entry && !isTree(entry.mode) ? base : null;
  }

  /** The path that a file has after the merge; null where it has none. */
  #mergedPath(file: Found): string | null {
    const { base, ours, theirs, entries } = file;
    if (ours === null || theirs === null) {
      const only = ours ?? theirs;
      const entry = entries.ours ?? entries.theirs;
      const isUnchanged = only === base && entries.bases.every((one) => isSameEntry(one, entry));
      if (only !== null && !isUnchanged) this.#refuse(only, 'deleted', file);
      return null;
    }
    if (ours === theirs || theirs === base) return ours;
    if (ours === base) return theirs;
    this.#refuse(base, 'renamed', file);
    return null;
  }

  /** Whether no tree has something else at a path; where one has, it is a conflict. */
  async #isFree(path: string, file: Found): Promise<boolean> {
    for (const side of ['ours', 'theirs'] as const) {
      const tree = this.#trees[side];
      if (await tree.isFree(path)) continue;
      const entry = await tree.find(path);
      const isFile = entry !== null && !isTree(entry.mode);
      if (isFile) await tree.remove(path);
      this.#refuse(path, isFile ? 'both_added' : 'type', file);
      return false;
    }
    for (const tree of this.#bases) {
      if (await tree.isFree(path)) continue;
      this.#refuse(path, 'type', file);
      return false;
    }
    return true;
  }

  async #add(path: string, { entries, base, ours, theirs }: Found): Promise<void> {
    for (const [index, entry] of entries.bases.entries())
      if (entry) await this.#bases[index]!.add(path, entry);
    await this.#trees.ours.add(path, entries.ours!);
    await this.#trees.theirs.add(path, entries.theirs!);
    if (ours !== base || theirs !== base) this.renamed.set(path, { base, ours, theirs });
  }

  #refuse(path: string, reason: MergeConflict['reason'], { base, ours, theirs }: Found): void {
    const isRenamed = [ours, theirs].some((at) => at !== null && at !== base);
    this.conflicts.push({ path, reason, ...(isRenamed ? { renamed: { base, ours, theirs } } : {}) });
  }
}
