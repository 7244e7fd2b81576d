import type { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectBatch } from '../objects/object-batch.js';
import { isTree, type TreeEntry, treeBytes, treeEntries, treeMode } from './tree-bytes.js';

/** An entry of a tree without its position in there. */
export type NamedTreeEntry = Pick<TreeEntry, 'mode' | 'name' | 'oid'>;

/** Whether two trees have the same at a path: mode and object, or nothing. */
export function isSameEntry(one: NamedTreeEntry | null, two: NamedTreeEntry | null): boolean {
  return one?.oid === two?.oid && one?.mode === two?.mode;
}

/** Where the trees of a walk are read, and how many entries it may read. */
export interface TreeReader {
  batch: ObjectBatch;
  budget: EntryBudget;
}

/**
 * The entries of a folder by their names as `latin1`: two names that are no UTF-8 must not become one.
 * @throws DomainError `payload_too_large` when the budget is used up
 */
export async function entriesByName(
  { batch, budget }: TreeReader,
  treeOid: string,
): Promise<Map<string, NamedTreeEntry>> {
  const entries = new Map<string, NamedTreeEntry>();
  for (const { mode, name, oid } of treeEntries(await batch.readExpected(treeOid, 'tree'))) {
    budget.take();
    entries.set(name.toString('latin1'), { mode, name, oid });
  }
  return entries;
}

interface Folder {
  entries: Map<string, NamedTreeEntry>;
  /** The folders that were read or added. */
  folders: Map<string, Folder>;
  isChanged: boolean;
}

/**
 * A tree whose files are looked up, and moved, in great number: each folder is read once. Only a merge uses it. Other than
 * `TreeEditor` it takes paths that differ only in case, because the tree of a merge may have them already.
 */
export class PathTree {
  readonly #reader: TreeReader;
  readonly #treeOid: string;
  #readRoot: Promise<Folder> | undefined;

  /** Nothing is read yet. */
  constructor(reader: TreeReader, treeOid: string) {
    this.#reader = reader;
    this.#treeOid = treeOid;
  }

  /** What is at a path, whatever it is; null where there is nothing. */
  async find(path: string): Promise<NamedTreeEntry | null> {
    const segments = path.split('/').map(keyOf);
    const name = segments.pop()!;
    let folder: Folder | null = await this.#root;
    for (const segment of segments) {
      folder = await this.#enter(folder, segment);
      if (!folder) return null;
    }
    return folder.entries.get(name) ?? null;
  }

  /** Removes what is at a path, if there is something. */
  async remove(path: string): Promise<void> {
    const segments = path.split('/').map(keyOf);
    const name = segments.pop()!;
    const trail = [await this.#root];
    for (const segment of segments) {
      const folder = await this.#enter(trail.at(-1)!, segment);
      if (!folder) return;
      trail.push(folder);
    }
    trail.at(-1)!.folders.delete(name);
    if (!trail.at(-1)!.entries.delete(name)) return;
    for (const folder of trail) folder.isChanged = true;
    for (let level = trail.length - 1; level > 0 && trail[level]!.entries.size === 0; level--) {
      trail[level - 1]!.entries.delete(segments[level - 1]!);
      trail[level - 1]!.folders.delete(segments[level - 1]!);
    }
  }

  /** Whether nothing is at a path, and it leads through folders only. */
  async isFree(path: string): Promise<boolean> {
    const segments = path.split('/').map(keyOf);
    const name = segments.pop()!;
    let folder = await this.#root;
    for (const segment of segments) {
      const next = await this.#enter(folder, segment);
      if (!next) return !folder.entries.has(segment);
      folder = next;
    }
    return !folder.entries.has(name);
  }

  /** Adds an entry at a path that {@link isFree}, with the folders above it. */
  async add(path: string, { mode, oid }: Pick<NamedTreeEntry, 'mode' | 'oid'>): Promise<void> {
    const segments = path.split('/');
    const name = segments.pop()!;
    let folder = await this.#root;
    folder.isChanged = true;
    for (const segment of segments) {
      folder = (await this.#enter(folder, keyOf(segment))) ?? addFolder(folder, segment);
      folder.isChanged = true;
    }
    folder.entries.set(keyOf(name), { mode, name: Buffer.from(name), oid });
  }

  /** Adds the changed folders to the batch. @returns the tree */
  async write(): Promise<string> {
    const root = await this.#readRoot;
    return root?.isChanged ? this.#write(root) : this.#treeOid;
  }

  get #root(): Promise<Folder> {
    this.#readRoot ??= this.#read(this.#treeOid);
    return this.#readRoot;
  }

  #write(folder: Folder): string {
    for (const [key, child] of folder.folders)
      if (child.isChanged)
        folder.entries.set(key, { ...folder.entries.get(key)!, mode: treeMode, oid: this.#write(child) });
    return this.#reader.batch.add('tree', treeBytes([...folder.entries.values()]));
  }

  async #enter(folder: Folder, key: string): Promise<Folder | null> {
    const known = folder.folders.get(key);
    if (known) return known;
    const entry = folder.entries.get(key);
    if (!entry || !isTree(entry.mode)) return null;
    const read = await this.#read(entry.oid);
    folder.folders.set(key, read);
    return read;
  }

  async #read(treeOid: string): Promise<Folder> {
    await this.#reader.budget.pause();
    return { entries: await entriesByName(this.#reader, treeOid), folders: new Map(), isChanged: false };
  }
}

function addFolder(above: Folder, name: string): Folder {
  const folder: Folder = { entries: new Map(), folders: new Map(), isChanged: true };
  // The id comes when the folder is written.
  above.entries.set(keyOf(name), { mode: treeMode, name: Buffer.from(name), oid: '' });
  above.folders.set(keyOf(name), folder);
  return folder;
}

function keyOf(name: string): string {
  return Buffer.from(name).toString('latin1');
}
