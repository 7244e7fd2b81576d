import { closeSync, openSync, readSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../durability/storage-error.js';
import type { ObjectType } from '../object-id.js';
import { PackDamage } from '../packs/pack-damage.js';
import { decodeLoose, decodeLooseHeader, decodeLooseStart, type GitObject } from './object-codec.js';

/** A shorter file is read synchronously, which is faster than through the thread pool. */
const maxSyncBytes = 32 * 1024;
/** Enough of a file for the object's header. */
const headerBytes = 512;

/** Shared by all reads; no read awaits anything while its bytes are in here. */
const scratch = Buffer.allocUnsafeSlow(maxSyncBytes);

/**
 * A loose object that matches its id; null when there is none.
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 * @throws PackDamage when it is truncated, damaged, or not the object that its name says
 */
export async function readLoose(gitdir: string, oid: string): Promise<GitObject | null> {
  try {
    const start = readStart(gitdir, oid, maxSyncBytes);
    if (!start) return null;
    // The file is whole and small, and is decoded before another read uses the memory.
    if (start.length < maxSyncBytes) return await decodeLoose(oid, start);
    return await decodeLoose(oid, await readFile(loosePath(gitdir, oid)));
  } catch (error) {
    return missingOrDamaged(error);
  }
}

/** Type and size in bytes of a loose object; null when there is none. @throws PackDamage when its header is malformed */
export function readLooseHeader(gitdir: string, oid: string): { type: ObjectType; size: number } | null {
  try {
    const start = readStart(gitdir, oid, headerBytes);
    return start && decodeLooseHeader(start);
  } catch (error) {
    return missingOrDamaged(error);
  }
}

/** The first bytes of a loose object; null when there is none. @throws PackDamage when it is malformed */
export function readLooseStart(gitdir: string, oid: string): Buffer | null {
  try {
    const start = readStart(gitdir, oid, headerBytes);
    return start && decodeLooseStart(start);
  } catch (error) {
    return missingOrDamaged(error);
  }
}

/** The first bytes of an object's file, in memory that the next read overwrites. */
function readStart(gitdir: string, oid: string, maxBytes: number): Buffer | null {
  const fd = openSync(loosePath(gitdir, oid), 'r');
  try {
    let filled = 0;
    for (let count = -1; count !== 0 && filled < maxBytes; filled += count) {
      count = readSync(fd, scratch, filled, maxBytes - filled, filled);
    }
    return scratch.subarray(0, filled);
  } finally {
    closeSync(fd);
  }
}

function missingOrDamaged(error: unknown): null {
  const code = errnoOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  if (code !== undefined) throw error;
  throw new PackDamage('a loose object is damaged', { cause: error });
}

/** The path of the file of a loose object. */
export function loosePath(gitdir: string, oid: string): string {
  return join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
}
