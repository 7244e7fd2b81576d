import { statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import git from 'isomorphic-git';
import { notFound } from '../errors.js';
import type { DurableFiles } from './durable-files.js';
import { gitdirFs, virtualGitdir } from './gitdir-fs.js';
import type { ObjectCaches, PackCache } from './object-caches.js';
import {
  decodeLoose,
  decodeLooseHeader,
  type GitObject,
  type ObjectType,
  unwrapObject,
} from './object-codec.js';
import { isObjectId } from './ref-name.js';
import { errnoOf, storageUnavailable } from './storage-error.js';

/** While a native repack runs, packs vanish between a look at their folder and the read. */
const readAttempts = 4;
/** Enough of a loose object's file for its header. */
const headerBytes = 512;

/** Reads the objects of one repository, loose and packed. */
export class ObjectStore {
  private readonly fs;

  constructor(
    readonly repositoryId: string,
    readonly files: DurableFiles,
    private readonly caches: ObjectCaches,
  ) {
    this.fs = gitdirFs(files);
  }

  /** Null when there is no such object. @throws DomainError `storage_unavailable` when it is damaged */
  async read(oid: string): Promise<GitObject | null> {
    if (!isObjectId(oid)) return null;
    const known = this.caches.objects.get(this.key(oid));
    if (known) return known;
    for (let attempt = 1; ; attempt++) {
      const packs = await this.packs();
      try {
        const { fs } = this;
        const read = await git.readObject({
          fs,
          gitdir: virtualGitdir,
          oid,
          format: 'deflated',
          cache: packs.cache,
        });
        const object = await decode(oid, read);
        this.remember(oid, object);
        return object;
      } catch (error) {
        const changed = (await this.packs()).stamp !== packs.stamp;
        if (error instanceof git.Errors.NotFoundError && !changed) return null;
        if (attempt === readAttempts || errnoOf(error)) throw storageUnavailable(error);
        if (!changed) this.caches.packs.delete(this.repositoryId);
      }
    }
  }

  /** An object that another one names, so that its absence is damage. @throws DomainError `storage_unavailable` */
  async readExpected(oid: string, type: ObjectType): Promise<Buffer> {
    const object = await this.read(oid);
    if (object?.type !== type) throw storageUnavailable(new Error(`${type} ${oid} is missing`));
    return object.bytes;
  }

  /** Bytes of a blob; of a loose one only the header is read. @throws DomainError `not_found` */
  async blobSize(oid: string): Promise<number> {
    const known = this.caches.sizes.get(this.key(oid));
    if (known !== undefined) return known;
    const head = await this.looseHeader(oid);
    if (head?.type === 'blob') {
      this.caches.sizes.set(this.key(oid), head.size);
      return head.size;
    }
    const object = await this.read(oid);
    if (object?.type !== 'blob') throw notFound('The blob');
    return object.bytes.length;
  }

  /** Keeps an object that is on disk; of a blob only its size. */
  remember(oid: string, object: GitObject): void {
    if (object.type === 'blob') this.caches.sizes.set(this.key(oid), object.bytes.length);
    else this.caches.objects.set(this.key(oid), object);
  }

  private key(oid: string): string {
    return `${this.repositoryId}:${oid}`;
  }

  private async looseHeader(oid: string) {
    if (!isObjectId(oid)) return null;
    const handle = await open(join(this.files.gitdir, 'objects', oid.slice(0, 2), oid.slice(2)), 'r').catch(
      () => null,
    );
    if (!handle) return null;
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(headerBytes), 0, headerBytes, 0);
      return decodeLooseHeader(buffer.subarray(0, bytesRead));
    } catch {
      return null;
    } finally {
      await handle.close();
    }
  }

  /** The memory of the packs as they are on disk now: a repack or push from outside makes a new one. */
  private async packs(): Promise<PackCache> {
    const folder = join(this.files.gitdir, 'objects', 'pack');
    // Not awaited: from memory, a twentieth of the time, and this is asked before each read.
    const { mtimeNs, ino } = statSync(folder, { bigint: true });
    const stamp = `${ino}:${mtimeNs}`;
    const known = this.caches.packs.get(this.repositoryId);
    if (known?.stamp === stamp) return known;
    const packs: PackCache = { stamp, size: await folderSize(folder), cache: {} };
    this.caches.packs.set(this.repositoryId, packs);
    return packs;
  }
}

async function decode(oid: string, read: Awaited<ReturnType<typeof git.readObject>>): Promise<GitObject> {
  if (read.format === 'deflated') return decodeLoose(oid, read.object);
  // The empty tree, which isomorphic-git knows without reading.
  if (read.format === 'wrapped') return unwrapObject(Buffer.from(read.object));
  return { type: read.type as ObjectType, bytes: Buffer.from(read.object as Uint8Array) };
}

async function folderSize(folder: string): Promise<number> {
  let size = 1;
  for (const name of await readdir(folder)) {
    const file = await stat(join(folder, name)).catch(() => null);
    size += file?.size ?? 0;
  }
  return size;
}
