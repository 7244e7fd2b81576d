import { createHash, type Hash } from 'node:crypto';
import { yieldToEventLoop } from '../../paging/yield-to-event-loop.js';

/** Git's four kinds of objects. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** This many bytes are hashed in one step. */
const stepBytes = 1024 * 1024;

/**
 * Begins the hash of an object whose bytes are then added piece by piece. An object's id is the SHA-1 of its header and
 * its bytes, in hex.
 * @param size of the object, in bytes
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */
export function objectHash(type: ObjectType, size: number | bigint): Hash {
  return createHash('sha1').update(objectHeader(type, size));
}

/** The id of an object, 40 hex digits. */
export function objectId(type: ObjectType, bytes: Uint8Array): string {
  return objectHash(type, bytes.length).update(bytes).digest('hex');
}

/** {@link objectId}; of many bytes in steps that leave the event loop free in between. */
export async function objectIdInSteps(type: ObjectType, bytes: Uint8Array): Promise<string> {
  if (bytes.length <= stepBytes) return objectId(type, bytes);
  const hash = objectHash(type, bytes.length);
  for (let from = 0; from < bytes.length; from += stepBytes) {
    const pause = yieldToEventLoop();
    if (pause) await pause;
    hash.update(bytes.subarray(from, from + stepBytes));
  }
  return hash.digest('hex');
}

/** What a loose object's file holds before the object's bytes. */
export function objectHeader(type: ObjectType, size: number | bigint): Buffer {
  return Buffer.from(`${type} ${size}\0`, 'latin1');
}
