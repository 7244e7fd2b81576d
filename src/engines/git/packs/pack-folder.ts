import { statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LRUCache } from 'lru-cache';
import { errnoOf, storageUnavailable } from '../durability/storage-error.js';
import { type ObjectType, objectId } from '../object-id.js';
import type { GitObject } from '../objects/object-codec.js';
import { PackDamage } from './pack-damage.js';
import { PackFile } from './pack-file.js';
import type { IndexSlices } from './pack-index.js';
import { type DeltaBases, readEntry, readEntryHeader } from './read-entry.js';

/** How long a list of packs is used before the folder is looked at again. What is not found is looked for at once. */
const freshMs = 1000;

/** What all packs of a store share; each part has a bound, see `createObjectCaches`. */
export interface PackCaches {
  /** The packs that are open, by path without suffix; what is dropped is closed. */
  openPacks: LRUCache<string, PackFile>;
  indexSlices: IndexSlices;
  deltaBases: DeltaBases;
}

/** What a search through the packs ended with. */
export interface Found<T> {
  value: T | null;
  /** Why a pack that holds the object, or may hold it, did not give it. */
  damage?: unknown;
}

/** The packs of one repository, as native git leaves them: others come and go at any time. */
export class PackFolder {
  /** Paths without their suffix, what was found in last first. */
  private stems: string[] = [];
  private listed = 0;
  private stamp = '';
  private lookedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly folder: string,
    private readonly caches: PackCaches,
  ) {}

  /** An object that matches its id. */
  read(oid: string): Promise<Found<GitObject>> {
    return this.search(oid, async (pack, offset) => {
      const object = await readEntry(pack, offset, this.caches.deltaBases);
      if (objectId(object.type, object.bytes) !== oid)
        throw new PackDamage('an object does not match its id');
      return object;
    });
  }

  /** Type and size in bytes; the object itself is not read, and so not checked. */
  readHeader(oid: string): Promise<Found<{ type: ObjectType; size: number }>> {
    return this.search(oid, readEntryHeader);
  }

  /** Tells apart the lists of packs that a search may have gone through. */
  get version(): number {
    return this.listed;
  }

  /** Lists the folder; another `version` if it holds other packs than when it was last listed. */
  async list(): Promise<void> {
    this.lookedAt = performance.now();
    // Before it is listed: what comes in between is then found the next time.
    this.stamp = this.folderStamp();
    const found = new Set<string>();
    for (const name of await readdir(this.folder)) {
      if (name.endsWith('.idx')) found.add(join(this.folder, name.slice(0, -'.idx'.length)));
    }
    const before = new Set(this.stems);
    const gone = this.stems.filter((stem) => !found.has(stem));
    const come = [...found].filter((stem) => !before.has(stem));
    // Lest the disk be kept full of what a repack removed.
    for (const stem of gone) this.caches.openPacks.delete(stem);
    this.stems = [...come, ...this.stems.filter((stem) => found.has(stem))];
    if (gone.length + come.length > 0) this.listed += 1;
  }

  /** Lists the folder if that is due. */
  async refresh(): Promise<void> {
    const now = performance.now();
    if (now - this.lookedAt < freshMs) return;
    this.lookedAt = now;
    if (this.folderStamp() !== this.stamp) await this.list();
  }

  /**
   * Checks the indexes, each once while it is open.
   * @throws DomainError `storage_unavailable` when one is damaged, so that what is not found may be there all the same
   */
  async verifyIndexes(): Promise<void> {
    for (const stem of [...this.stems]) {
      try {
        const pack = this.open(stem);
        await pack?.hold(() => pack.index.verify());
      } catch (error) {
        throw error instanceof PackDamage ? storageUnavailable(error) : error;
      }
    }
  }

  private async search<T>(
    oid: string,
    read: (pack: PackFile, offset: number) => T | Promise<T>,
  ): Promise<Found<T>> {
    const id = Buffer.from(oid, 'hex');
    let damage: unknown;
    for (const stem of [...this.stems]) {
      try {
        const pack = this.open(stem);
        const offset = pack?.index.find(id);
        if (!pack || offset === null || offset === undefined) continue;
        const value = await pack.hold(() => read(pack, offset));
        this.moveToFront(stem);
        return { value };
      } catch (error) {
        if (!(error instanceof PackDamage)) throw error;
        damage = error;
        // What was read of it, bases too, is not to be trusted again.
        this.caches.openPacks.delete(stem);
      }
    }
    return { value: null, damage };
  }

  /** Null when it has vanished since the folder was listed. */
  private open(stem: string): PackFile | null {
    const known = this.caches.openPacks.get(stem);
    if (known) return known;
    try {
      const pack = PackFile.open(stem, this.caches.indexSlices);
      this.caches.openPacks.set(stem, pack);
      return pack;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return null;
      throw error;
    }
  }

  /** What is read next is most likely in the same pack. */
  private moveToFront(stem: string): void {
    if (this.stems[0] === stem) return;
    this.stems = [stem, ...this.stems.filter((other) => other !== stem)];
  }

  private folderStamp(): string {
    const { mtimeNs, ino } = statSync(this.folder, { bigint: true });
    return `${ino}:${mtimeNs}`;
  }
}
