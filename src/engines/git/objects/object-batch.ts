import pLimit from 'p-limit';
import { type ObjectType, objectId, objectIdInSteps } from '../object-id.js';
import { encodeLoose, type LooseObject } from './object-codec.js';
import type { ObjectStore } from './object-store.js';

const maxConcurrentDeflates = 16;

/** The new objects of some commits. They stay in memory until they are written, and can be read meanwhile. */
export class ObjectBatch {
  readonly #pending = new Map<string, { type: ObjectType; bytes: Buffer }>();

  readonly #store: ObjectStore;
  readonly #base?: ObjectBatch;

  /** @param base the objects of parent commits that are not written yet either */
  constructor(store: ObjectStore, base?: ObjectBatch) {
    this.#store = store;
    this.#base = base;
  }

  /** Adds an object and returns its id. Nothing is written yet. */
  add(type: ObjectType, bytes: Uint8Array): string {
    return this.#add(objectId(type, bytes), type, bytes);
  }

  /** {@link add} for a blob, which may be large. */
  async addBlob(bytes: Uint8Array): Promise<string> {
    return this.#add(await objectIdInSteps('blob', bytes), 'blob', bytes);
  }

  /** Adds the objects of another batch. */
  absorb(other: ObjectBatch): void {
    for (const [oid, object] of other.#pending) this.#pending.set(oid, object);
  }

  /** Takes over an added object of another batch. @returns its bytes; null where it is not there, or was taken over before */
  take(other: ObjectBatch, oid: string): Buffer | null {
    const object = other.#pending.get(oid);
    if (!object || this.#pending.has(oid)) return null;
    this.#pending.set(oid, object);
    return object.bytes;
  }

  /** An object that another one refers to. @throws DomainError `storage_unavailable` when it is missing */
  async readExpected(oid: string, type: ObjectType): Promise<Buffer> {
    const added = this.#find(oid);
    return added?.type === type ? added.bytes : this.#store.readExpected(oid, type);
  }

  /** Bytes of a blob, added or stored. @throws DomainError `not_found` */
  async blobSize(oid: string): Promise<number> {
    return this.#find(oid)?.bytes.length ?? this.#store.blobSize(oid);
  }

  /** The added objects as they will be in their files. */
  async encode(): Promise<LooseObject[]> {
    const limit = pLimit(maxConcurrentDeflates);
    return Promise.all(
      [...this.#pending].map(([oid, { type, bytes }]) =>
        limit(async () => ({ oid, deflated: await encodeLoose(type, bytes) })),
      ),
    );
  }

  /** Puts the objects into the store's caches, once they are written. */
  remember(): void {
    for (const [oid, object] of this.#pending) this.#store.remember(oid, object);
  }

  #add(oid: string, type: ObjectType, bytes: Uint8Array): string {
    this.#pending.set(oid, { type, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    return oid;
  }

  #find(oid: string): { type: ObjectType; bytes: Buffer } | undefined {
    return this.#pending.get(oid) ?? (this.#base ? this.#base.#find(oid) : undefined);
  }
}
