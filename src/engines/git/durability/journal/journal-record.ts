import { crc32 } from 'node:zlib';
import type { LooseObject } from '../../objects/object-codec.js';

/** One move of a ref, with the objects that came with it. */
export interface MoveRecord {
  /** The repository's folder below the store's root. */
  repository: string;
  /** In full, e.g. `refs/heads/main`. */
  ref: string;
  /** What the ref named before; null when it did not exist. */
  from: string | null;
  /** What it will name; null when it is removed. */
  to: string | null;
  /**
   * When the file of the ref was last changed, in ns; null when it had none. It distinguishes `from` from a ref that was moved
   * away and back.
   */
  since: string | null;
  /** Milliseconds since the epoch, to order the records of several instances. */
  at: number;
  objects: LooseObject[];
}

/** Cancels a record that was not carried out, by its sequence number. */
export interface VoidRecord {
  voids: number;
}

/** What a journal holds. */
export type JournalRecord = MoveRecord | VoidRecord;

/** Bytes before the JSON: the length of all that follows, the checksum, the sequence number, the length of the JSON. */
const prefixBytes = 20;
/** The JSON of a record takes at most so many bytes and 60 for each object; names are much shorter. */
const jsonBytes = 4096;

/** An upper bound of a record's length in bytes. */
export function recordBytes(record: JournalRecord): number {
  const objects = 'voids' in record ? [] : record.objects;
  return objects.reduce((sum, { deflated }) => sum + deflated.length + 60, prefixBytes + jsonBytes);
}

/**
 * A record as a journal holds it: the length and CRC-32 of what follows them, the sequence number, the JSON with its length,
 * then the objects' bytes.
 */
export function encodeRecord(sequence: number, record: JournalRecord): Buffer {
  const objects = 'voids' in record ? [] : record.objects;
  const head = Buffer.from(
    JSON.stringify({ ...record, objects: objects.map(({ oid, deflated }) => [oid, deflated.length]) }),
  );
  const prefix = Buffer.alloc(prefixBytes);
  const bytes = Buffer.concat([prefix, head, ...objects.map(({ deflated }) => deflated)]);
  bytes.writeUInt32LE(bytes.length - 8, 0);
  bytes.writeBigUInt64LE(BigInt(sequence), 8);
  bytes.writeUInt32LE(head.length, 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** Reads the record at an offset; null when there is no whole record: the journal ends there. */
export function decodeRecord(
  bytes: Buffer,
  at: number,
): { sequence: number; record: JournalRecord; end: number } | null {
  if (at + prefixBytes > bytes.length) return null;
  const end = at + 8 + bytes.readUInt32LE(at);
  if (end < at + prefixBytes || end > bytes.length) return null;
  if (crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return null;
  const sequence = Number(bytes.readBigUInt64LE(at + 8));
  const headEnd = at + prefixBytes + bytes.readUInt32LE(at + 16);
  const { objects, ...rest } = JSON.parse(bytes.toString('utf8', at + prefixBytes, headEnd));
  if ('voids' in rest) return { sequence, record: rest, end };
  let offset = headEnd;
  const read = (objects as [string, number][]).map(([oid, length]) => {
    offset += length;
    return { oid, deflated: bytes.subarray(offset - length, offset) };
  });
  return { sequence, record: { ...rest, objects: read }, end };
}
