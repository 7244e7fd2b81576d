import { setImmediate as yieldOnce } from 'node:timers/promises';
import type { LRUCache } from 'lru-cache';
import type { ObjectType } from '../object-id.js';
import { type GitObject, maxObjectBytes } from '../objects/object-codec.js';
import { applyDelta, deltaSizes } from './delta.js';
import { PackDamage } from './pack-damage.js';
import type { PackFile, PlacedEntry } from './pack-file.js';

/** Deltas. Git itself creates chains of up to 4095. */
const maxChain = 4096;
/** Bytes that one read may copy, so that a few hostile kilobytes cannot occupy the server for long. */
const maxCopiedBytes = 4 * 1024 ** 3;
/** It takes about a millisecond to copy so many bytes. Then other requests are served. */
const yieldAfterBytes = 4 * 1024 * 1024;

/** Objects to which deltas were applied, of all packs of a store, by pack and offset. Not checked against their ids. */
export type DeltaBases = LRUCache<string, GitObject>;

/**
 * Reads the object at an offset through its chain of deltas, without checking it against its id.
 * @throws PackDamage when an entry is malformed, a chain is a circle, or the object is too large
 */
export async function readEntry(pack: PackFile, offset: number, bases: DeltaBases): Promise<GitObject> {
  const chain: { offset: number; delta: Buffer }[] = [];
  let waiting = 0;
  let object: GitObject | undefined;
  for (let at = offset; !object; ) {
    object = bases.get(baseKey(pack, at));
    if (object) break;
    const entry = pack.entry(at);
    waiting += entry.size;
    if (waiting > maxObjectBytes) throw new PackDamage('an object is too large');
    const held = pack.inflate(entry);
    const bytes = held instanceof Promise ? await held : held;
    if (typeof entry.kind === 'string') {
      object = { type: entry.kind, bytes };
      if (chain.length > 0) bases.set(baseKey(pack, at), object);
    } else {
      chain.push({ offset: at, delta: bytes });
      if (chain.length > maxChain) throw new PackDamage('a chain of deltas has no end');
      at = baseOf(pack, entry);
    }
  }
  let copied = 0;
  let sinceYield = 0;
  for (let step = chain.pop(); step; step = chain.pop()) {
    object = { type: object.type, bytes: applyDelta(object.bytes, step.delta, maxObjectBytes) };
    if (chain.length > 0) bases.set(baseKey(pack, step.offset), object);
    copied += object.bytes.length;
    sinceYield += object.bytes.length;
    if (copied > maxCopiedBytes) throw new PackDamage('a chain of deltas is too large');
    if (sinceYield > yieldAfterBytes) {
      sinceYield = 0;
      await yieldOnce();
    }
  }
  return object;
}

/** Type and size in bytes of the object at an offset, from headers only. @throws PackDamage */
export function readEntryHeader(pack: PackFile, offset: number): { type: ObjectType; size: number } {
  let entry = pack.entry(offset);
  const size = typeof entry.kind === 'string' ? entry.size : deltaSizes(pack.inflatePrefix(entry)).result;
  for (let steps = 0; typeof entry.kind !== 'string'; steps++) {
    if (steps > maxChain) throw new PackDamage('a chain of deltas has no end');
    entry = pack.entry(baseOf(pack, entry));
  }
  return { type: entry.kind, size };
}

/**
 * The first bytes of the object at an offset, about 1 KiB; of a delta those of the object that its chain begins with, which
 * differ little. @throws PackDamage
 */
export function readEntryStart(pack: PackFile, offset: number): Buffer {
  let entry = pack.entry(offset);
  for (let steps = 0; typeof entry.kind !== 'string'; steps++) {
    if (steps > maxChain) throw new PackDamage('a chain of deltas has no end');
    entry = pack.entry(baseOf(pack, entry));
  }
  return pack.inflatePrefix(entry);
}

function baseOf(pack: PackFile, entry: PlacedEntry): number {
  if (typeof entry.kind === 'string') return entry.offset;
  if ('distance' in entry.kind) {
    if (entry.kind.distance === 0) throw new PackDamage('a delta is its own base');
    return entry.offset - entry.kind.distance;
  }
  const offset = pack.index.find(entry.kind.id);
  if (offset === null) throw new PackDamage('a delta has no base');
  return offset;
}

function baseKey(pack: PackFile, offset: number): string {
  return `${pack.serial}:${offset}`;
}
