import { crc32 } from 'node:zlib';

/** Bytes at the start of a segment before its first record; one page, so that no record shares it. */
export const headerBytes = 4096;

/** What is at the start of a segment. */
export interface SegmentHeader {
  /** See `bootId`. */
  boot: string | null;
  /** Records up to this sequence number are durable in their files and are not replayed. */
  done: number;
}

/** Encodes a header for {@link decodeHeader}. */
export function encodeHeader(header: SegmentHeader): Buffer {
  const json = Buffer.from(JSON.stringify(header));
  const bytes = Buffer.alloc(headerBytes);
  bytes.writeUInt32LE(json.length, 0);
  bytes.writeUInt32LE(crc32(json), 4);
  json.copy(bytes, 8);
  return bytes;
}

/** A damaged header counts as one of another boot with no record done: to replay a record once more does no harm. */
export function decodeHeader(bytes: Buffer): SegmentHeader {
  const length = bytes.length < headerBytes ? headerBytes : bytes.readUInt32LE(0);
  const json = bytes.subarray(8, 8 + length);
  if (length > headerBytes - 8 || crc32(json) !== bytes.readUInt32LE(4)) return { boot: null, done: 0 };
  return JSON.parse(json.toString()) as SegmentHeader;
}
