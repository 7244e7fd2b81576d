import { isUtf8 } from 'node:buffer';
import { join } from 'node:path';
import { notFound } from '../../../errors.js';
import { yieldToEventLoop } from '../../../paging/yield-to-event-loop.js';
import type { DurableFiles } from '../durability/durable-files.js';
import { storageUnavailable } from '../durability/storage-error.js';
import type { ObjectType } from '../object-id.js';
import { PackDamage } from '../packs/pack-damage.js';
import type { Found, PackFolder } from '../packs/pack-folder.js';
import { isObjectId } from '../ref-name.js';
import { maxCachedBlobBytes, type ObjectCaches, packFolderOf } from './object-caches.js';
import type { GitObject } from './object-codec.js';
import { readLoose, readLooseHeader, readLooseStart } from './read-loose.js';

/** Native git reads it even where no file holds it. */
const emptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';
/** A native repack may move an object after we searched the packs and before we look among the loose objects. */
const maxSearches = 10;

/** A larger blob is not read whole to find out whether it is text. */
const maxCheckedBytes = 1024 * 1024;

/** Reads the objects of one repository, loose and packed. */
export class ObjectStore {
  constructor(
    readonly repositoryId: string,
    readonly files: DurableFiles,
    readonly caches: ObjectCaches,
  ) {}

  /**
   * Null when there is no such object. The bytes are shared with the cache and must not be changed.
   * @throws DomainError `storage_unavailable` when every copy of it is damaged
   */
  async read(oid: string): Promise<GitObject | null> {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    const known = this.caches.objects.get(this.#key(oid));
    if (known) return known;
    if (!isObjectId(oid)) return null;
    if (oid === emptyTree) return { type: 'tree', bytes: Buffer.alloc(0) };
    const object = await this.#search(
      (packs) => packs.read(oid),
      () => readLoose(this.files.gitdir, oid),
    );
    if (object) this.remember(oid, object);
    if (object?.type === 'blob' && object.bytes.length <= maxCachedBlobBytes) {
      this.caches.objects.set(this.#key(oid), object);
    }
    return object;
  }

  /** An object that another one refers to. @throws DomainError `storage_unavailable` when it is missing */
  async readExpected(oid: string, type: ObjectType): Promise<Buffer> {
    const object = await this.read(oid);
    if (object?.type !== type) throw storageUnavailable(new Error(`${type} ${oid} is missing`));
    return object.bytes;
  }

  /** Bytes of a blob, as its header says; the blob itself is not checked. @throws DomainError `not_found` */
  async blobSize(oid: string): Promise<number> {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    const known = this.caches.sizes.get(this.#key(oid));
    if (known !== undefined) return known;
    if (!isObjectId(oid)) throw notFound('The blob');
    const head = await this.#search(
      (packs) => packs.readHeader(oid),
      async () => readLooseHeader(this.files.gitdir, oid),
    );
    if (head?.type !== 'blob') throw notFound('The blob');
    this.caches.sizes.set(this.#key(oid), head.size);
    return head.size;
  }

  /**
   * Whether a blob is something other than UTF-8 text. Of a blob over 1 MiB only the beginning is looked at.
   * @throws DomainError `not_found`
   */
  async isBinary(oid: string): Promise<boolean> {
    const known = this.caches.binaries.get(this.#key(oid));
    if (known !== undefined) return known;
    const isLarge = (await this.blobSize(oid)) > maxCheckedBytes;
    const isBinary = isLarge
      ? !startsAsText(await this.#start(oid))
      : !isUtf8(await this.readExpected(oid, 'blob'));
    this.caches.binaries.set(this.#key(oid), isBinary);
    return isBinary;
  }

  async #start(oid: string): Promise<Buffer> {
    const start = await this.#search(
      (packs) => packs.readStart(oid),
      async () => readLooseStart(this.files.gitdir, oid),
    );
    if (!start) throw notFound('The blob');
    return start;
  }

  /** Caches an object that is on disk; of a blob only its size, because its bytes are the caller's. */
  remember(oid: string, object: GitObject): void {
    if (object.type === 'blob') this.caches.sizes.set(this.#key(oid), object.bytes.length);
    else this.caches.objects.set(this.#key(oid), object);
  }

  #key(oid: string): string {
    return `${this.repositoryId}:${oid}`;
  }

  /** Searches the packs, then the loose objects, and again while native git moves objects from one to the other. */
  async #search<T>(
    packed: (packs: PackFolder) => Promise<Found<T>>,
    loose: () => Promise<T | null>,
  ): Promise<T | null> {
    const packs = packFolderOf(this.caches, this.repositoryId, join(this.files.gitdir, 'objects', 'pack'));
    await packs.refresh();
    for (let searches = 1; ; searches++) {
      const { version } = packs;
      const found = await packed(packs);
      if (found.value) return found.value;
      try {
        const value = await loose();
        if (value) return value;
      } catch (error) {
        if (!(error instanceof PackDamage)) throw error;
        found.damage ??= error;
      }
      await packs.list();
      // Not the version before `list`: another search may have listed the packs meanwhile.
      if (packs.version !== version && searches < maxSearches) continue;
      if (found.damage) throw storageUnavailable(found.damage);
      await packs.verifyIndexes();
      return null;
    }
  }
}

/** Whether bytes are UTF-8, up to a character that their end may cut. */
function startsAsText(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
