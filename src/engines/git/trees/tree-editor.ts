import { DomainError, type FieldPath } from '../../../errors.js';
import { foldName, invalidPath } from '../file-path.js';
import type { ObjectBatch } from '../objects/object-batch.js';
import { findEntry, isRegularFile, isTree, spliceEntry, treeEntries, treeMode } from './tree-bytes.js';
import type { PathTarget } from './tree-path.js';

/** The id of a folder that is not written yet. */
const unwritten = '0'.repeat(40);

interface Node {
  bytes: Buffer;
  /** The folders that were read; each has an entry in `bytes`. */
  children: Map<string, Node>;
  changed: boolean;
}

/** Edits a commit's files in memory. Only the trees above a changed file are read, and later written. */
export class TreeEditor {
  readonly #root: Promise<Node>;

  readonly #objects: Pick<ObjectBatch, 'readExpected'>;

  /** @param treeOid null for no files */
  constructor(objects: Pick<ObjectBatch, 'readExpected'>, treeOid: string | null) {
    this.#objects = objects;

    this.#root = this.#load(treeOid);
  }

  /** What a path leads to, with the edits so far. */
  async find(path: string): Promise<PathTarget> {
    const { node, name, blocked } = await this.#descend(path);
    if (blocked) return { kind: isRegularFile(blocked.mode) ? 'missing' : 'other' };
    const entry = node && findEntry(node.bytes, name);
    if (!entry) return { kind: 'missing' };
    if (isTree(entry.mode)) return { kind: 'directory', oid: entry.oid };
    return isRegularFile(entry.mode) ? { kind: 'file', mode: entry.mode, oid: entry.oid } : { kind: 'other' };
  }

  /** Replaces the blob of a file that exists. */
  async replace(path: string, file: { mode: string; oid: string }): Promise<void> {
    let node = await this.#root;
    const segments = path.split('/');
    for (const segment of segments.slice(0, -1)) {
      node.changed = true;
      node = await this.#child(node, segment);
    }
    this.#set(node, segments.at(-1)!, file);
  }

  /**
   * Adds a file and its missing folders.
   * @throws DomainError `file_exists`; `invalid_path` when the path is a folder, leads through a file, or a name in the same
   *   folder differs only in case or normalization, so that some file systems could not hold both
   */
  async add(path: string, file: { mode: string; oid: string }, field: FieldPath): Promise<void> {
    const segments = path.split('/');
    let node = await this.#root;
    for (const [index, segment] of segments.entries()) {
      const last = index === segments.length - 1;
      const entry = findEntry(node.bytes, segment);
      if (entry && last) {
        if (isTree(entry.mode)) throw invalidPath('is a folder', field);
        throw fileExists(path);
      }
      if (entry && !isTree(entry.mode)) throw invalidPath('leads through a file', field);
      if (!entry) {
        refuseCollision(node.bytes, segment, field);
        this.#set(node, segment, last ? file : { mode: treeMode, oid: unwritten });
        if (!last) node.children.set(segment, { bytes: Buffer.alloc(0), children: new Map(), changed: true });
      }
      if (!last) node = await this.#child(node, segment);
      node.changed = true;
    }
  }

  /** Removes a file that exists, and the folders that it leaves empty. */
  async remove(path: string): Promise<void> {
    const segments = path.split('/');
    const trail = [await this.#root];
    for (const segment of segments.slice(0, -1)) trail.push(await this.#child(trail.at(-1)!, segment));
    for (let level = segments.length - 1; level >= 0; level--) {
      const node = trail[level]!;
      node.bytes = spliceEntry(node.bytes, segments[level]!, null);
      node.children.delete(segments[level]!);
      if (node.bytes.length > 0) break;
    }
    for (const node of trail) node.changed = true;
  }

  /** Adds the changed trees to a batch and returns the root's id. */
  async write(batch: ObjectBatch): Promise<string> {
    return writeNode(await this.#root, batch);
  }

  #set(node: Node, name: string, entry: { mode: string; oid: string }): void {
    node.bytes = spliceEntry(node.bytes, name, entry);
    node.changed = true;
  }

  async #descend(path: string): Promise<{ node?: Node; name: string; blocked?: { mode: string } }> {
    const segments = path.split('/');
    const name = segments.pop()!;
    let node = await this.#root;
    for (const segment of segments) {
      const entry = findEntry(node.bytes, segment);
      if (!entry) return { name };
      if (!isTree(entry.mode)) return { name, blocked: entry };
      node = await this.#child(node, segment);
    }
    return { node, name };
  }

  async #child(node: Node, name: string): Promise<Node> {
    const known = node.children.get(name);
    if (known) return known;
    const child = await this.#load(findEntry(node.bytes, name)!.oid);
    node.children.set(name, child);
    return child;
  }

  async #load(treeOid: string | null): Promise<Node> {
    const bytes = treeOid === null ? Buffer.alloc(0) : await this.#objects.readExpected(treeOid, 'tree');
    return { bytes, children: new Map(), changed: treeOid === null };
  }
}

/** A `file_exists` with the path of the file, because a commit may have many. */
export function fileExists(path: string): DomainError {
  const message = 'A file with this path exists already; choose another path, or save it.';
  return new DomainError('file_exists', message, { extra: { path } });
}

function writeNode(node: Node, batch: ObjectBatch): string {
  for (const [name, child] of node.children) {
    if (!child.changed) continue;
    node.bytes = spliceEntry(node.bytes, name, { mode: treeMode, oid: writeNode(child, batch) });
  }
  return batch.add('tree', node.bytes);
}

function refuseCollision(bytes: Buffer, name: string, field: FieldPath): void {
  const folded = foldName(name);
  for (const entry of treeEntries(bytes)) {
    if (foldName(entry.name.toString()) === folded) {
      throw invalidPath('differs from a name beside it only in case or normalization', field);
    }
  }
}
