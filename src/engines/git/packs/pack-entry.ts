import type { ObjectType } from '../object-id.js';
import { PackDamage } from './pack-damage.js';

const types: Record<number, ObjectType> = { 1: 'commit', 2: 'tree', 3: 'blob', 4: 'tag' };
const offsetDelta = 6;
const idDelta = 7;
const idBytes = 20;

/** The maximum size of an entry's header in bytes: two numbers of up to 53 bits, or one number and an id. */
export const maxHeaderBytes = 32;

/** The header of an entry: of a whole object, or of a delta whose base is `distance` bytes before it or has the id `id`. */
export interface PackEntry {
  kind: ObjectType | { distance: number } | { id: Buffer };
  /** Bytes of the object, or of the delta. */
  size: number;
  /** Bytes of the header; the zlib stream follows. */
  length: number;
}

/**
 * Reads an entry's header.
 * @throws PackDamage when it is malformed
 * @see https://git-scm.com/docs/gitformat-pack#_pack_pack_files_have_the_following_format
 */
export function parseEntry(head: Buffer): PackEntry {
  let at = 0;
  const next = () => {
    if (at >= head.length) throw new PackDamage('a pack entry is cut off');
    return head[at++]!;
  };
  let byte = next();
  const code = (byte >> 4) & 7;
  let size = byte & 15;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    byte = next();
    size += (byte & 0x7f) * scale;
    if (size > Number.MAX_SAFE_INTEGER) throw new PackDamage('a pack entry has an absurd size');
  }
  const type = types[code];
  if (type) return { kind: type, size, length: at };
  if (code === idDelta) {
    if (at + idBytes > head.length) throw new PackDamage('a pack entry is cut off');
    // A copy, because the header was read into memory that is used again.
    return { kind: { id: Buffer.from(head.subarray(at, at + idBytes)) }, size, length: at + idBytes };
  }
  if (code !== offsetDelta) throw new PackDamage('a pack entry has no type');
  byte = next();
  let distance = byte & 0x7f;
  while (byte & 0x80) {
    byte = next();
    distance = (distance + 1) * 128 + (byte & 0x7f);
    if (distance > Number.MAX_SAFE_INTEGER) throw new PackDamage('a pack entry has an absurd base');
  }
  return { kind: { distance }, size, length: at };
}
