import { readFile, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { DomainError } from '../../../errors.js';
import type { DurableFiles } from '../durability/durable-files.js';
import { errnoOf } from '../durability/storage-error.js';
import { LooseRefs, namespaceOf } from './loose-refs.js';
import { readPackedRefs, withoutPackedRef } from './packed-refs.js';
import { withLock } from './ref-lock.js';

/** Stands for the object of a ref whose file holds no object id. */
export const damaged = Symbol('damaged');
/** What a ref names: an object, nothing, or it cannot be read. */
export type Present = string | null | typeof damaged;

/**
 * The refs of one repository, loose and packed, and changes to them under git's own locks. A change is durable once what
 * it adds to `touched` is synced.
 */
export class RefFiles {
  readonly loose: LooseRefs;

  readonly #files: DurableFiles;

  constructor(files: DurableFiles) {
    this.#files = files;

    this.loose = new LooseRefs(files.gitdir);
  }

  /**
   * The object that a ref names, or null.
   * @throws DomainError `storage_unavailable` when its file holds no object id. A packed value would then be an older one
   */
  async read(ref: string): Promise<string | null> {
    return this.loose.read(ref) ?? (await readPackedRefs(this.#files.gitdir)).get(ref) ?? null;
  }

  /** As {@link read}, but returns {@link damaged} instead of throwing. */
  async present(ref: string): Promise<Present> {
    try {
      return await this.read(ref);
    } catch (error) {
      if (error instanceof DomainError) return damaged;
      throw error;
    }
  }

  /** The refs below a folder (`refs/heads`) with their objects. Damaged refs are reported and left out. */
  async list(folder: string): Promise<Map<string, string>> {
    const found = new Map<string, Present>();
    // Loose refs first: git's pack-refs writes the packed ref before it removes the file, so no ref is missed.
    for await (const ref of this.loose.namesBelow(folder)) {
      const oid = this.#looseOrDamaged(ref);
      if (oid) found.set(ref, oid);
    }
    for (const [ref, oid] of await readPackedRefs(this.#files.gitdir)) {
      if (ref.startsWith(`${folder}/`) && !found.has(ref)) found.set(ref, oid);
    }
    return new Map([...found].flatMap(([ref, oid]) => (typeof oid === 'string' ? [[ref, oid]] : [])));
  }

  /** Whether a ref exists whose name excludes this one: the same, or `a` where this is `a/b`, or the other way round. */
  async hasConflict(ref: string): Promise<boolean> {
    // Not all names: a repository may have thousands of branches.
    if (await this.#hasLooseConflict(ref)) return true;
    const excludes = (other: string) =>
      other === ref || other.startsWith(`${ref}/`) || ref.startsWith(`${other}/`);
    for (const other of (await readPackedRefs(this.#files.gitdir)).keys()) if (excludes(other)) return true;
    return false;
  }

  async #hasLooseConflict(ref: string): Promise<boolean> {
    let name = namespaceOf(ref);
    for (const part of ref.slice(name.length + 1).split('/')) {
      name += `/${part}`;
      const kind = this.loose.kindOf(name);
      if (kind !== 'folder') return kind === 'ref';
    }
    for await (const _below of this.loose.namesBelow(ref)) return true;
    return false;
  }

  /** Makes a ref name another object if `matches` accepts what it names under the lock; else false. */
  async swap(
    ref: string,
    matches: (present: Present) => boolean | Promise<boolean>,
    to: string,
    touched: Set<string>,
  ): Promise<boolean> {
    const options = { contents: `${to}\n`, touched };
    return withLock(this.#files, this.loose.path(ref), options, async (lock) => {
      if (!(await matches(await this.present(ref)))) return false;
      await lock.commit();
      return true;
    });
  }

  /** Removes a ref if `matches` accepts what it names under the lock; else false. */
  async erase(ref: string, matches: (present: Present) => boolean, touched: Set<string>): Promise<boolean> {
    const file = this.loose.path(ref);
    return withLock(this.#files, file, { touched }, async () => {
      if (!matches(await this.present(ref))) return false;
      // The packed value first: it is older, and would become visible when the file is gone.
      if ((await readPackedRefs(this.#files.gitdir)).has(ref)) await this.#erasePacked(ref, touched);
      await unlink(file).catch((error: unknown) => {
        if (errnoOf(error) !== 'ENOENT') throw error;
      });
      touched.add(dirname(file));
      return true;
    });
  }

  #looseOrDamaged(ref: string): Present {
    try {
      return this.loose.read(ref);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const what = `${this.loose.path(ref)} is damaged, and left out of lists`;
      this.#files.owner.reportOnce(what, error.cause);
      return damaged;
    }
  }

  async #erasePacked(ref: string, touched: Set<string>): Promise<void> {
    const file = join(this.#files.gitdir, 'packed-refs');
    // The lock is empty, and the file is replaced under it: the new contents are known only once the lock is held.
    await withLock(this.#files, file, { touched }, async () => {
      const text = Buffer.from(withoutPackedRef(await readFile(file, 'utf8'), ref));
      // Synced before the rename: it holds all other packed refs, which no journal has.
      await this.#files.replace(file, text, 0o644, touched, true);
    });
  }
}
