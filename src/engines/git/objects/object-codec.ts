import { constants, createDeflate, createInflate, deflateSync, inflateSync } from 'node:zlib';
import { type ObjectType, objectHeader, objectIdInSteps } from '../object-id.js';
import { runZlib } from './run-zlib.js';

/** Above this many bytes zlib runs in the thread pool. */
const maxSyncBytes = 32 * 1024;
/** No object inflates to more bytes, so that a few hostile kilobytes cannot take all memory. */
export const maxObjectBytes = 512 * 1024 * 1024;

const bounded = { maxOutputLength: maxObjectBytes };

/** Each chunk of zlib's output costs one way through the thread pool, and takes so many bytes at most. */
const maxChunkBytes = 1024 * 1024;
/** What zlib adds to bytes that it only stores: some bytes to each block, whose least length depends on its buffers. */
const storedBlockBytes = 8 * 1024;
const storedBlockOverhead = 5;
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
  const header = objectHeader(type, bytes.length);
  const length = header.length + bytes.length;
  if (length <= maxSyncBytes)
    return deflateSync(Buffer.concat([header, bytes]), { level: constants.Z_BEST_SPEED });
  const room = length + Math.ceil(length / storedBlockBytes) * storedBlockOverhead + storedOverhead;
  const deflate = createDeflate({ level: constants.Z_NO_COMPRESSION, chunkSize: chunkSize(room) });
  return runZlib(deflate, [header, bytes], room);
}

/**
 * Reads a loose object's file and checks it against its id.
 * @throws Error when it is truncated, damaged, or not the object that its name says
 */
export async function decodeLoose(oid: string, file: Uint8Array): Promise<GitObject> {
  const wrapped = file.length > maxSyncBytes ? await inflateLarge(file) : inflateSync(file, bounded);
  const object = unwrapObject(wrapped);
  if ((await objectIdInSteps(object.type, object.bytes)) !== oid)
    throw new Error('a loose object is damaged');
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

async function inflateLarge(file: Uint8Array): Promise<Buffer> {
  const length = inflatedLength(file);
  if (length > maxObjectBytes) throw new Error('an object is too large');
  return runZlib(createInflate({ chunkSize: chunkSize(length) }), [file], length);
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
