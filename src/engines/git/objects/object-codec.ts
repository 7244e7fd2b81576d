import { promisify } from 'node:util';
import { constants, deflate, deflateSync, inflate, inflateSync } from 'node:zlib';
import { type ObjectType, objectHeader, objectId } from '../object-id.js';

const deflateAsync = promisify(deflate);
const inflateAsync = promisify(inflate);

/** Above this many bytes zlib runs in the thread pool. */
const maxSyncBytes = 32 * 1024;
/** No object inflates to more bytes, so that a few hostile kilobytes cannot take all memory. */
export const maxObjectBytes = 512 * 1024 * 1024;

const bounded = { maxOutputLength: maxObjectBytes };

/** Each chunk of zlib's output costs one way through the thread pool, and takes so many bytes at most. */
const maxChunkBytes = 1024 * 1024;
/** More than zlib adds to bytes that it only stores: 5 to each 64 KiB, and 6. */
const storedOverhead = 1024;

/** An object without its header. */
export interface GitObject {
  type: ObjectType;
  bytes: Buffer;
}

/** An object as its file holds it. */
export interface LooseObject {
  oid: string;
  deflated: Uint8Array;
}

/**
 * The contents of a loose object's file. A small object is deflated at level 1, as git's own `core.looseCompression`. A
 * large one is only stored, which takes a twentieth of the time: maintenance soon packs it, and the ids in a large tree do
 * not shrink at all.
 * @see https://git-scm.com/book/en/v2/Git-Internals-Git-Objects#_object_storage
 */
export async function encodeLoose(type: ObjectType, bytes: Uint8Array): Promise<Buffer> {
  const wrapped = Buffer.concat([objectHeader(type, bytes.length), bytes]);
  if (wrapped.length <= maxSyncBytes) return deflateSync(wrapped, { level: constants.Z_BEST_SPEED });
  return deflateAsync(wrapped, {
    level: constants.Z_NO_COMPRESSION,
    chunkSize: chunkSize(wrapped.length + storedOverhead),
  });
}

/**
 * Reads a loose object's file and checks it against its id.
 * @throws Error when it is truncated, damaged, or not the object that its name says
 */
export async function decodeLoose(oid: string, file: Uint8Array): Promise<GitObject> {
  const wrapped =
    file.length > maxSyncBytes
      ? await inflateAsync(file, { ...bounded, chunkSize: chunkSize(inflatedLength(file)) })
      : inflateSync(file, bounded);
  const object = unwrapObject(wrapped);
  if (objectId(object.type, object.bytes) !== oid) throw new Error('a loose object is damaged');
  // zlib returns a view of a 16 KiB chunk; what is kept in a cache must not hold all of that.
  return object.bytes.length > maxSyncBytes ? object : { ...object, bytes: Buffer.from(object.bytes) };
}

/** Type and size in bytes from the first part of a loose object's file. @throws Error when it is malformed */
export function decodeLooseHeader(start: Uint8Array): { type: ObjectType; size: number } {
  const { type, size } = readHeader(start);
  return { type, size };
}

/** The first bytes of an object from the first part of its loose file. @throws Error when it is malformed */
export function decodeLooseStart(start: Uint8Array): Buffer {
  const inflated = inflateStart(start);
  return inflated.subarray(parseHeader(inflated).end);
}

function unwrapObject(wrapped: Buffer): GitObject {
  const { type, size, end } = parseHeader(wrapped);
  const bytes = wrapped.subarray(end);
  if (bytes.length !== size) throw new Error('an object has the wrong length');
  return { type, bytes };
}

function readHeader(start: Uint8Array): { type: ObjectType; size: number; end: number } {
  return parseHeader(inflateStart(start));
}

function inflateStart(start: Uint8Array): Buffer {
  return inflateSync(start, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: 1024 * 1024 });
}

/** Room for the whole output, and for one byte more, at which zlib sees the end. */
function chunkSize(outputBytes: number): number {
  return Math.min(Math.max(outputBytes + 1, maxSyncBytes), maxChunkBytes);
}

/** The inflated length of a loose object's file, from its header. */
function inflatedLength(file: Uint8Array): number {
  const { size, end } = readHeader(file.subarray(0, 512));
  return size + end;
}

function parseHeader(wrapped: Buffer): { type: ObjectType; size: number; end: number } {
  const match = /^(blob|tree|commit|tag) (\d{1,15})\0/.exec(wrapped.toString('latin1', 0, 32));
  if (!match) throw new Error('an object has no valid header');
  return { type: match[1] as ObjectType, size: Number(match[2]), end: match[0].length };
}
