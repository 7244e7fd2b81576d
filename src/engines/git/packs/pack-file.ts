import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { constants, createInflate, inflateSync } from 'node:zlib';
import { runZlib } from '../objects/run-zlib.js';
import { PackDamage } from './pack-damage.js';
import { maxHeaderBytes, type PackEntry, parseEntry } from './pack-entry.js';
import { type IndexSlices, PackIndex } from './pack-index.js';
import { readAt, readLater } from './read-at.js';

const headerBytes = 12;
const trailerBytes = 20;
/** Up to this many bytes are read and inflated synchronously: 0.2 ms, while the thread pool alone takes 0.1 ms. */
const maxSyncBytes = 64 * 1024;
/** Each chunk of zlib's output costs one way through the thread pool, and takes so many bytes at most. */
const maxChunkBytes = 1024 * 1024;
/** Bytes read at least: a small notebook with its header, or a few dozen commits, which are next to each other. */
const minReadBytes = 8 * 1024;
/** Bytes. The first block of a zlib stream may begin with about 320 bytes of code tables. */
const prefixBytes = 1024;

/** Memory that every synchronous read uses again. `held` describes its content. */
const scratch = Buffer.allocUnsafeSlow(2 * maxSyncBytes);
const held = { serial: 0, offset: 0, length: 0 };

/** An entry of a pack with its offset. */
export interface PlacedEntry extends PackEntry {
  offset: number;
}

/**
 * One pack and its index. Both files stay open, so that they can still be read after a repack has removed them.
 * @see https://git-scm.com/docs/gitformat-pack
 */
export class PackFile {
  #uses = 0;
  #closing = false;
  #closed = false;

  readonly #fd: number;
  /** The offset at which the entries end. */
  readonly #end: number;

  private constructor(
    /** Unique for each time that a pack is opened. */
    readonly serial: number,
    readonly index: PackIndex,
    fd: number,
    end: number,
  ) {
    this.#fd = fd;
    this.#end = end;
  }

  /** @param stem the path without `.pack` @throws PackDamage; the error of the operating system, e.g. `ENOENT` */
  static open(stem: string, slices: IndexSlices): PackFile {
    const index = PackIndex.open(`${stem}.idx`, slices);
    let fd: number | undefined;
    try {
      fd = openSync(`${stem}.pack`, 'r');
      const end = fstatSync(fd).size - trailerBytes;
      const head = readAt(fd, 0, headerBytes);
      const version = head.readUInt32BE(4);
      if (head.toString('latin1', 0, 4) !== 'PACK' || (version !== 2 && version !== 3)) {
        throw new PackDamage('a pack has another format');
      }
      if (head.readUInt32BE(8) !== index.count || end < headerBytes) {
        throw new PackDamage('a pack does not match its index');
      }
      if (!readAt(fd, end, trailerBytes).equals(index.packChecksum())) {
        throw new PackDamage('a pack does not match its index');
      }
      return new PackFile(index.serial, index, fd, end);
    } catch (error) {
      index.close();
      if (fd !== undefined) closeSync(fd);
      throw error;
    }
  }

  /** The header of the entry at an offset. @throws PackDamage */
  entry(offset: number): PlacedEntry {
    const { kind, size, length } = parseEntry(this.#head(offset, maxHeaderBytes));
    return { kind, size, length, offset };
  }

  /** The inflated content of an entry: an object or a delta; a promise only when it is large. @throws PackDamage */
  inflate(entry: PlacedEntry): Buffer | Promise<Buffer> {
    if (entry.size > maxSyncBytes) return this.#inflateLater(entry);
    const head = this.#head(entry.offset, Math.min(deflatedBound(entry.size) + entry.length, scratch.length));
    const bytes = inflated(head.subarray(entry.length), entry.size);
    return bytes ?? this.#inflateLater(entry);
  }

  /** The first inflated bytes of an entry. @throws PackDamage */
  inflatePrefix(entry: PlacedEntry): Buffer {
    const head = this.#head(entry.offset, entry.length + prefixBytes).subarray(entry.length);
    try {
      return inflateSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
    } catch (error) {
      throw damage(error);
    }
  }

  /** Closes the files as soon as nobody reads them any more. */
  close(): void {
    this.#closing = true;
    if (this.#uses > 0 || this.#closed) return;
    this.#closed = true;
    this.index.close();
    closeSync(this.#fd);
  }

  /** Runs a read. The files stay open until its end, even if somebody closes the pack meanwhile. */
  async hold<T>(read: () => T | Promise<T>): Promise<T> {
    this.#uses += 1;
    try {
      return await read();
    } finally {
      this.#uses -= 1;
      if (this.#closing) this.close();
    }
  }

  /** Reads `length` bytes, or fewer at the end of the pack, into memory that the next read uses again. */
  #head(offset: number, length: number): Buffer {
    if (offset < headerBytes || offset >= this.#end) throw new PackDamage('an offset is outside of its pack');
    const left = this.#end - offset;
    const wanted = Math.min(length, left);
    const within = offset - held.offset;
    if (held.serial === this.serial && within >= 0 && within + wanted <= held.length) {
      return scratch.subarray(within, within + wanted);
    }
    const reading = Math.min(Math.max(wanted, minReadBytes), left);
    held.serial = 0;
    let filled = 0;
    while (filled < reading) {
      const count = readSync(this.#fd, scratch, filled, reading - filled, offset + filled);
      if (count === 0) throw new PackDamage('a pack is too short');
      filled += count;
    }
    held.serial = this.serial;
    held.offset = offset;
    held.length = reading;
    return scratch.subarray(0, wanted);
  }

  async #inflateLater({ offset, length: headerLength, size }: PlacedEntry): Promise<Buffer> {
    const start = offset + headerLength;
    const maxLength = this.#end - start;
    for (let length = deflatedBound(size); ; length *= 8) {
      const input = await readLater(this.#fd, start, Math.min(length, maxLength));
      try {
        const bytes = await runZlib(
          createInflate({ chunkSize: Math.min(size + 1, maxChunkBytes) }),
          [input],
          size,
        );
        if (bytes.length !== size) throw new PackDamage('a pack entry has the wrong size');
        return bytes;
      } catch (error) {
        // Other programs than zlib may have deflated it worse than the bound.
        if (!isCutOff(error) || length >= maxLength) throw damage(error);
      }
    }
  }
}

/** Inflates a stream; null when the input ends before the stream. */
function inflated(input: Buffer, size: number): Buffer | null {
  try {
    const bytes = inflateSync(input, inflateOptions(size));
    if (bytes.length !== size) throw new PackDamage('a pack entry has the wrong size');
    return bytes;
  } catch (error) {
    if (isCutOff(error)) return null;
    throw damage(error);
  }
}

/** The buffer has one byte more than the result, so that zlib finds the end of its stream in the first buffer. */
function inflateOptions(size: number) {
  return { chunkSize: Math.max(size + 1, 64), maxOutputLength: Math.max(size, 1) };
}

/** The maximum number of bytes to which zlib deflates `size` bytes. */
function deflatedBound(size: number): number {
  return size + Math.ceil(size / 8) + 64;
}

function isCutOff(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
}

/** Errors of zlib as damage; errors of the operating system are returned as they are. */
function damage(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const ofZlib = code?.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE';
  return ofZlib ? new PackDamage('a pack entry is damaged', { cause: error }) : error;
}
