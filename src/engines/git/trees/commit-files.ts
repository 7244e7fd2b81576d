import { assertReadablePath, invalidPath } from '../file-path.js';
import { EntryBudget } from '../objects/entry-budget.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import type { FolderChild } from './folder-child.js';
import { treeEntries } from './tree-bytes.js';
import { diffTrees } from './tree-diff.js';
import { listTree, namedEntry } from './tree-files.js';
import { findPath } from './tree-path.js';

/** Reads the regular files of commits; see {@link GitRepository}. */
export class CommitFiles {
  readonly #objects: ObjectStore;

  constructor(objects: ObjectStore) {
    this.#objects = objects;
  }

  /** The blob at a path; null when there is no regular file. @throws DomainError `invalid_path`, `not_found` */
  async find(commitOid: string, path: string): Promise<string | null> {
    assertReadablePath(path);
    const { treeOid } = await readLinks(this.#objects, commitOid);
    const found = await findPath(this.#objects, treeOid, path);
    if (found.kind === 'directory') throw invalidPath('is a folder');
    return found.kind === 'file' ? found.oid : null;
  }

  /** The file at a path; null when there is no regular file. @throws DomainError `invalid_path`, `not_found` */
  async read(commitOid: string, path: string) {
    const oid = await this.find(commitOid, path);
    if (oid === null) return null;
    const bytes = await this.#objects.readExpected(oid, 'blob');
    return { oid, size: bytes.length, bytes };
  }

  /** All files, by path in byte order. @throws DomainError `not_found`, `payload_too_large` */
  async list(commitOid: string) {
    const { treeOid } = await readLinks(this.#objects, commitOid);
    const { files } = await listTree({ objects: this.#objects, budget: new EntryBudget() }, treeOid);
    return files.slice();
  }

  /** The children of a folder; null when there is none. @throws DomainError `invalid_path`, `not_found` */
  async folder(commitOid: string, path: string): Promise<FolderChild[] | null> {
    if (path !== '') assertReadablePath(path);
    const { treeOid } = await readLinks(this.#objects, commitOid);
    const found =
      path === ''
        ? { kind: 'directory' as const, oid: treeOid }
        : await findPath(this.#objects, treeOid, path);
    if (found.kind === 'file') throw invalidPath('is a file');
    if (found.kind !== 'directory') return null;
    const budget = new EntryBudget();
    const children: FolderChild[] = [];
    for (const raw of treeEntries(await this.#objects.readExpected(found.oid, 'tree'))) {
      budget.take();
      const entry = namedEntry(raw);
      if (entry) children.push({ name: entry.name, isFolder: entry.isTree, oid: entry.oid });
      await budget.pause();
    }
    return children;
  }

  /** The paths of the files that differ between two commits. @throws DomainError `not_found`, `payload_too_large` */
  async differingPaths(before: string, after: string): Promise<string[]> {
    const old = await readLinks(this.#objects, before);
    const now = await readLinks(this.#objects, after);
    return (await diffTrees(this.#objects, old.treeOid, now.treeOid)).map(({ path }) => path);
  }
}
