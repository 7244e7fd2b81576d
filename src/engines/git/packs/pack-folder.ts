import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LRUCache } from 'lru-cache';
import { errnoOf, storageUnavailable } from '../durability/storage-error.js';
import { type ObjectType, objectIdInSteps } from '../object-id.js';
import type { GitObject } from '../objects/object-codec.js';
import { PackDamage } from './pack-damage.js';
import { PackFile } from './pack-file.js';
import type { IndexSlices } from './pack-index.js';
import { type DeltaBases, readEntry, readEntryHeader, readEntryStart } from './read-entry.js';

/** Milliseconds for which the list of packs is used before the folder is checked. After a miss it is listed immediately. */
const freshMs = 1000;

/** The caches that all packs of a store share; `createObjectCaches` limits each of them. */
export interface PackCaches {
  /** The open packs by their path without suffix. The cache closes the packs that it drops. */
  openPacks: LRUCache<string, PackFile>;
  indexSlices: IndexSlices;
  deltaBases: DeltaBases;
}

/** The result of a search through the packs. */
export interface Found<T> {
  value: T | null;
  /** Why a pack that contains the object, or may contain it, could not be read. */
  damage?: unknown;
}

/** The packs of one repository. Git may add and remove packs at any time. */
export class PackFolder {
  /** Paths without their suffix; the pack of the last hit is the first. */
  #stems: string[] = [];
  #listed = 0;
  #stamp = '';
  #lookedAt = Number.NEGATIVE_INFINITY;

  readonly #folder: string;
  readonly #caches: PackCaches;

  constructor(folder: string, caches: PackCaches) {
    this.#folder = folder;
    this.#caches = caches;
  }

  /** Reads an object and checks it against its id. */
  read(oid: string): Promise<Found<GitObject>> {
    return this.#search(oid, async (pack, offset) => {
      const object = await readEntry(pack, offset, this.#caches.deltaBases);
      if ((await objectIdInSteps(object.type, object.bytes)) !== oid)
        throw new PackDamage('an object does not match its id');
      return object;
    });
  }

  /** Type and size in bytes. The object itself is not read, so it is not checked either. */
  readHeader(oid: string): Promise<Found<{ type: ObjectType; size: number }>> {
    return this.#search(oid, readEntryHeader);
  }

  /** The first bytes of an object, unchecked; see {@link readEntryStart}. */
  readStart(oid: string): Promise<Found<Buffer>> {
    return this.#search(oid, readEntryStart);
  }

  /** Changes whenever the list of packs changes. */
  get version(): number {
    return this.#listed;
  }

  /** Lists the folder. `version` changes if the folder contains other packs than before. */
  async list(): Promise<void> {
    this.#lookedAt = performance.now();
    // Before the folder is listed, so that a pack that is added meanwhile is found the next time.
    this.#stamp = this.#folderStamp();
    const found = new Set<string>();
    for (const name of await readdir(this.#folder)) {
      if (name.endsWith('.idx')) found.add(join(this.#folder, name.slice(0, -'.idx'.length)));
    }
    const before = new Set(this.#stems);
    const gone = this.#stems.filter((stem) => !found.has(stem));
    const come = [...found].filter((stem) => !before.has(stem));
    // An open file would keep the disk space of a pack that a repack removed.
    for (const stem of gone) this.#caches.openPacks.delete(stem);
    this.#stems = [...come, ...this.#stems.filter((stem) => found.has(stem))];
    if (gone.length + come.length > 0) this.#listed += 1;
  }

  /** Lists the folder if it has changed, at most once a second. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.#lookedAt < freshMs) return;
    this.#lookedAt = now;
    if (this.#folderStamp() !== this.#stamp) await this.list();
  }

  /**
   * Checks the indexes, each once while it is open.
   * @throws DomainError `storage_unavailable` when one is damaged, because an object that was not found may exist
   */
  async verifyIndexes(): Promise<void> {
    for (const stem of [...this.#stems]) {
      try {
        const pack = this.#open(stem);
        await pack?.hold(() => pack.index.verify());
      } catch (error) {
        throw error instanceof PackDamage ? storageUnavailable(error) : error;
      }
    }
  }

  async #search<T>(oid: string, read: (pack: PackFile, offset: number) => T | Promise<T>): Promise<Found<T>> {
    const id = Buffer.from(oid, 'hex');
    let damage: unknown;
    for (const stem of [...this.#stems]) {
      try {
        const pack = this.#open(stem);
        const offset = pack?.index.find(id);
        if (!pack || offset === null || offset === undefined) continue;
        const value = await pack.hold(() => read(pack, offset));
        this.#moveToFront(stem);
        return { value };
      } catch (error) {
        if (!(error instanceof PackDamage)) throw error;
        damage = error;
        // Nothing that was read from it may be used again, cached bases included.
        this.#caches.openPacks.delete(stem);
      }
    }
    return { value: null, damage };
  }

  /** Null when the pack was removed after the folder was listed. */
  #open(stem: string): PackFile | null {
    const known = this.#caches.openPacks.get(stem);
    if (known) return known;
    try {
      const pack = PackFile.open(stem, this.#caches.indexSlices);
      this.#caches.openPacks.set(stem, pack);
      return pack;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** The next object is probably in the same pack. */
  #moveToFront(stem: string): void {
    if (this.#stems[0] === stem) return;
    this.#stems = [stem, ...this.#stems.filter((other) => other !== stem)];
  }

  #folderStamp(): string {
    const { mtimeNs, ino } = statSync(this.#folder, { bigint: true });
    return `${ino}:${mtimeNs}`;
  }
}
