import git from 'isomorphic-git';
import { gitdirFs, virtualGitdir } from './gitdir-fs.js';
import { encodeLoose, type ObjectType, objectId } from './object-codec.js';
import type { ObjectStore } from './object-store.js';

const writtenAtOnce = 16;

/** The new objects of one commit: collected first, then written together, with one sync for each folder. */
export class ObjectBatch {
  private readonly pending = new Map<string, { type: ObjectType; bytes: Buffer }>();

  constructor(private readonly store: ObjectStore) {}

  /** Adds an object and returns its id; nothing is written yet. */
  add(type: ObjectType, bytes: Uint8Array): string {
    const oid = objectId(type, bytes);
    this.pending.set(oid, { type, bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength) });
    return oid;
  }

  /** Bytes of an object that was added, else undefined. */
  sizeOf(oid: string): number | undefined {
    return this.pending.get(oid)?.bytes.length;
  }

  /** Writes what was added. Once it returns, all is on disk and may be named by a ref. */
  async flush(): Promise<void> {
    const touched = new Set<string>();
    const fs = gitdirFs(this.store.files, touched);
    const objects = [...this.pending];
    for (let at = 0; at < objects.length; at += writtenAtOnce) {
      const written = objects.slice(at, at + writtenAtOnce).map(async ([oid, { type, bytes }]) => {
        const object = await encodeLoose(type, bytes);
        await git.writeObject({ fs, gitdir: virtualGitdir, format: 'deflated', oid, object });
      });
      // All must have ended before a failure is told, so that no temp file appears after the clean-up.
      for (const outcome of await Promise.allSettled(written)) {
        if (outcome.status === 'rejected') throw outcome.reason;
      }
    }
    await this.store.files.syncDirectories(touched);
    for (const [oid, object] of objects) this.store.remember(oid, object);
    this.pending.clear();
  }
}
