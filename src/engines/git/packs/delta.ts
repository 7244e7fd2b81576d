import { PackDamage } from './pack-damage.js';

/** Bytes. Shorter runs are copied byte by byte, which is faster than a call. */
const shortRun = 24;

/**
 * Applies a delta to its base and returns the resulting object.
 * @param maxBytes the maximum size of the result
 * @throws PackDamage when the delta is malformed, belongs to another base, or refers to bytes outside of it
 * @see https://git-scm.com/docs/gitformat-pack#_deltified_representation
 */
export function applyDelta(base: Buffer, delta: Buffer, maxBytes: number): Buffer {
  const header = deltaSizes(delta);
  if (header.base !== base.length) throw new PackDamage('a delta is for another base');
  if (header.result > maxBytes) throw new PackDamage('an object is too large');
  const result = Buffer.allocUnsafe(header.result);
  const { length } = delta;
  let filled = 0;
  let at = header.length;
  while (at < length) {
    const code = delta[at++]!;
    let source = delta;
    let from = at;
    let count = code;
    if (code & 0x80) {
      source = base;
      from = 0;
      count = 0;
      // Bytes that are left out are zero. `undefined` past the end also counts as zero, and is found below.
      if (code & 0x01) from = delta[at++]! | 0;
      if (code & 0x02) from += (delta[at++]! | 0) * 0x100;
      if (code & 0x04) from += (delta[at++]! | 0) * 0x10000;
      if (code & 0x08) from += (delta[at++]! | 0) * 0x1000000;
      if (code & 0x10) count = delta[at++]! | 0;
      if (code & 0x20) count += (delta[at++]! | 0) * 0x100;
      if (code & 0x40) count += (delta[at++]! | 0) * 0x10000;
      if (count === 0) count = 0x10000;
    } else {
      at += count;
    }
    if (code === 0 || at > length || from + count > source.length || filled + count > result.length) {
      throw new PackDamage('a delta is malformed');
    }
    if (count > shortRun) result.set(source.subarray(from, from + count), filled);
    else for (let step = 0; step < count; step++) result[filled + step] = source[from + step]!;
    filled += count;
  }
  if (filled !== result.length) throw new PackDamage('a delta is too short');
  return result;
}

/** The header of a delta: the sizes of the base and of the result, and its own length, in bytes. @throws PackDamage */
export function deltaSizes(delta: Buffer): { base: number; result: number; length: number } {
  let at = 0;
  const next = () => {
    let size = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = delta[at++];
      if (byte === undefined || scale > 2 ** 49) throw new PackDamage('a delta has no sizes');
      size += (byte & 0x7f) * scale;
      if (!(byte & 0x80)) return size;
    }
  };
  const base = next();
  const result = next();
  return { base, result, length: at };
}
