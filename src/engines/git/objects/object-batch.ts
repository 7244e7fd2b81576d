import type { LooseObject } from './loose-objects.js';
import { encodeLoose, type LooseEncoding, type ObjectType, objectId } from './object-codec.js';
import type { ObjectStore } from './object-store.js';

const deflatedAtOnce = 16;

/** The new objects of some commits, collected in memory until they are written; reads see them as if they were. */
export class ObjectBatch {
  private readonly pending = new Map<string, { type: ObjectType; bytes: Buffer }>();

  /** @param base the objects of commits that this one is put on and that are not written yet */
  constructor(
    private readonly store: ObjectStore,
    private readonly base?: ObjectBatch,
  ) {}

  /** Adds an object and returns its id; nothing is written yet. */
  add(type: ObjectType, bytes: Uint8Array): string {
    const oid = objectId(type, bytes);
    this.pending.set(oid, { type, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    return oid;
  }

  /** Adds what another batch collected. */
  absorb(other: ObjectBatch): void {
    for (const [oid, object] of other.pending) this.pending.set(oid, object);
  }

  /** An object that another one names, added or stored. @throws DomainError `storage_unavailable` when it is missing */
  async readExpected(oid: string, type: ObjectType): Promise<Buffer> {
    const added = this.find(oid);
    return added?.type === type ? added.bytes : this.store.readExpected(oid, type);
  }

  /** Bytes of a blob, added or stored. @throws DomainError `not_found` */
  async blobSize(oid: string): Promise<number> {
    return this.find(oid)?.bytes.length ?? this.store.blobSize(oid);
  }

  /** What was added, as it is to be written. */
  async encode(encoding: LooseEncoding = {}): Promise<LooseObject[]> {
    const encoded: LooseObject[] = [];
    const objects = [...this.pending];
    for (let at = 0; at < objects.length; at += deflatedAtOnce) {
      const some = objects.slice(at, at + deflatedAtOnce).map(async ([oid, { type, bytes }]) => ({
        oid,
        deflated: await encodeLoose(type, bytes, encoding),
      }));
      encoded.push(...(await Promise.all(some)));
    }
    return encoded;
  }

  /** Lets readers find in memory what was written. */
  remember(): void {
    for (const [oid, object] of this.pending) this.store.remember(oid, object);
  }

  private find(oid: string): { type: ObjectType; bytes: Buffer } | undefined {
    return this.pending.get(oid) ?? this.base?.find(oid);
  }
}
