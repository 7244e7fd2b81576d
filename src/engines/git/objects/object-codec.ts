import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, deflate, deflateSync, inflate, inflateSync } from 'node:zlib';

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

/** Above this many bytes zlib runs off the event loop. */
const offLoop = 32 * 1024;
/** No object inflates to more bytes, so that a few hostile kilobytes cannot take all memory. */
export const largestObject = 512 * 1024 * 1024;

const bounded = { maxOutputLength: largestObject };

/** zlib takes a turn through the thread pool for so many bytes of its output at most. */
const largestChunk = 1024 * 1024;
/** More than zlib adds to a chunk of bytes that it only stores: 5 to each 64 KiB, and 6. */
const storedOverhead = 1024;

/** Git's four kinds of objects. */
export type ObjectType = 'blob' | 'tree' | 'commit' | 'tag';

/** An object without its header. */
export interface GitObject {
  type: ObjectType;
  bytes: Buffer;
}

/** An object's id: the SHA-1 of header and bytes. */
export function objectId(type: ObjectType, bytes: Uint8Array): string {
  return createHash('sha1').update(header(type, bytes.length)).update(bytes).digest('hex');
}

/** How a loose object is written. */
export interface LooseEncoding {
  /** Maintenance packs it before long, so it need not be small meanwhile. Default false. */
  packedLater?: boolean;
}

/**
 * The contents of a loose object's file; level 1, as git's own `core.looseCompression`. A large file that maintenance
 * packs anyway is stored as it is, which takes a twentieth of the time. So is the tree of a large folder: more than half
 * of it are ids, which do not shrink, and every save there would pay to try.
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */
export async function encodeLoose(
  type: ObjectType,
  bytes: Uint8Array,
  { packedLater = false }: LooseEncoding = {},
): Promise<Buffer> {
  const wrapped = Buffer.concat([header(type, bytes.length), bytes]);
  const isLarge = wrapped.length > offLoop;
  const isStored = isLarge && (type === 'tree' || packedLater);
  const options = { level: isStored ? constants.Z_NO_COMPRESSION : constants.Z_BEST_SPEED };
  return isLarge
    ? deflateAsync(wrapped, { ...options, chunkSize: chunkSize(wrapped.length + storedOverhead) })
    : deflateSync(wrapped, options);
}

/**
 * Reads a loose object's file and checks it against its id.
 * @throws Error when it is truncated, damaged, or not the object that it is filed as
 */
export async function decodeLoose(oid: string, file: Uint8Array): Promise<GitObject> {
  const wrapped =
    file.length > offLoop
      ? await inflateAsync(file, { ...bounded, chunkSize: chunkSize(inflatedLength(file)) })
      : inflateSync(file, bounded);
  if (createHash('sha1').update(wrapped).digest('hex') !== oid) throw new Error('a loose object is damaged');
  const object = unwrapObject(wrapped);
  // zlib answers a view of a 16 KiB chunk; what is kept in a cache must not hold all of that.
  return object.bytes.length > offLoop ? object : { ...object, bytes: Buffer.from(object.bytes) };
}

/** Splits an inflated object into its type and bytes. @throws Error when the header is malformed */
function unwrapObject(wrapped: Buffer): GitObject {
  const { type, size, end } = parseHeader(wrapped);
  const bytes = wrapped.subarray(end);
  if (bytes.length !== size) throw new Error('an object has the wrong length');
  return { type, bytes };
}

/** Type and size in bytes from the first part of a loose object's file. @throws Error when it is malformed */
export function decodeLooseHeader(start: Uint8Array): { type: ObjectType; size: number } {
  const { type, size } = readHeader(start);
  return { type, size };
}

function readHeader(start: Uint8Array): { type: ObjectType; size: number; end: number } {
  return parseHeader(
    inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * 1024 }),
  );
}

/** So that zlib has room for all of its output at once, and one byte more, by which it knows the end. */
function chunkSize(outputBytes: number): number {
  return Math.min(Math.max(outputBytes + 1, offLoop), largestChunk);
}

/** What a loose object's file inflates to, as it says itself. */
function inflatedLength(file: Uint8Array): number {
  const { size, end } = readHeader(file.subarray(0, 512));
  return size + end;
}

function header(type: ObjectType, size: number): Buffer {
  return Buffer.from(`${type} ${size}\0`, 'latin1');
}

function parseHeader(wrapped: Buffer): { type: ObjectType; size: number; end: number } {
  const match = /^(blob|tree|commit|tag) (\d{1,15})\0/.exec(wrapped.toString('latin1', 0, 32));
  if (!match) throw new Error('an object has no valid header');
  return { type: match[1] as ObjectType, size: Number(match[2]), end: match[0].length };
}
