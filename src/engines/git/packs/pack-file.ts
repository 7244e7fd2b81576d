import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { promisify } from 'node:util';
import { constants, inflate, inflateSync } from 'node:zlib';
import { PackDamage } from './pack-damage.js';
import { longestHeader, type PackEntry, parseEntry } from './pack-entry.js';
import { type IndexSlices, PackIndex } from './pack-index.js';
import { readAt, readLater } from './read-at.js';

const inflateAsync = promisify(inflate);

const headerBytes = 12;
const trailerBytes = 20;
/** Up to this many bytes are read and inflated at once: 0.2 ms, where the way through the thread pool takes 0.1. */
const onLoop = 64 * 1024;
/** At least so much is read at once: a small notebook with its header, or a few dozen commits, which lie together. */
const firstRead = 8 * 1024;
/** A zlib stream's first block may begin with some 320 bytes of code tables before it says anything. */
const prefixRead = 1024;

/** Used again by each read that is not awaited; `held` tells what is in it. */
const scratch = Buffer.allocUnsafeSlow(2 * onLoop);
const held = { serial: 0, offset: 0, length: 0 };

/** An entry of a pack, and where it is. */
export interface PlacedEntry extends PackEntry {
  offset: number;
}

/**
 * One pack and its index, both held open, so that they can be read to the end when a repack removes them.
 * @see https://git-scm.com/docs/gitformat-pack
 */
export class PackFile {
  private uses = 0;
  private closing = false;
  private closed = false;

  private constructor(
    /** Tells this pack, opened this time, from all others. */
    readonly serial: number,
    readonly index: PackIndex,
    private readonly fd: number,
    /** Where the entries end. */
    private readonly end: number,
  ) {}

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
    const { kind, size, length } = parseEntry(this.head(offset, longestHeader));
    return { kind, size, length, offset };
  }

  /** What an entry holds, inflated: an object or a delta; a promise only where it is large. @throws PackDamage */
  inflate(entry: PlacedEntry): Buffer | Promise<Buffer> {
    if (entry.size > onLoop) return this.inflateLater(entry);
    const head = this.head(entry.offset, Math.min(deflatedBound(entry.size) + entry.length, scratch.length));
    const bytes = inflated(head.subarray(entry.length), entry.size);
    return bytes ?? this.inflateLater(entry);
  }

  /** The first bytes that an entry inflates to. @throws PackDamage */
  inflatePrefix(entry: PlacedEntry): Buffer {
    const head = this.head(entry.offset, entry.length + prefixRead).subarray(entry.length);
    try {
      return inflateSync(head, { finishFlush: constants.Z_SYNC_FLUSH });
    } catch (error) {
      throw damage(error);
    }
  }

  /** Closes the files, once nothing reads them any more. */
  close(): void {
    this.closing = true;
    if (this.uses > 0 || this.closed) return;
    this.closed = true;
    this.index.close();
    closeSync(this.fd);
  }

  /** Runs a read during which the files stay open, whoever closes the pack. */
  async hold<T>(read: () => T | Promise<T>): Promise<T> {
    this.uses += 1;
    try {
      return await read();
    } finally {
      this.uses -= 1;
      if (this.closing) this.close();
    }
  }

  /** So many bytes from an offset on, fewer at the end, in memory that the next read uses again. */
  private head(offset: number, length: number): Buffer {
    if (offset < headerBytes || offset >= this.end)
      throw new PackDamage('an offset lies outside of its pack');
    const left = this.end - offset;
    const wanted = Math.min(length, left);
    const within = offset - held.offset;
    if (held.serial === this.serial && within >= 0 && within + wanted <= held.length) {
      return scratch.subarray(within, within + wanted);
    }
    const reading = Math.min(Math.max(wanted, firstRead), left);
    held.serial = 0;
    let filled = 0;
    while (filled < reading) {
      const count = readSync(this.fd, scratch, filled, reading - filled, offset + filled);
      if (count === 0) throw new PackDamage('a pack is too short');
      filled += count;
    }
    held.serial = this.serial;
    held.offset = offset;
    held.length = reading;
    return scratch.subarray(0, wanted);
  }

  private async inflateLater({ offset, length, size }: PlacedEntry): Promise<Buffer> {
    const start = offset + length;
    const most = this.end - start;
    for (let tried = deflatedBound(size); ; tried *= 8) {
      const input = await readLater(this.fd, start, Math.min(tried, most));
      try {
        const bytes = await inflateAsync(input, inflateOptions(size));
        if (bytes.length !== size) throw new PackDamage('a pack entry has the wrong size');
        return bytes;
      } catch (error) {
        // Some deflate worse than zlib ever does.
        if (!isCutOff(error) || tried >= most) throw damage(error);
      }
    }
  }
}

/** The bytes of a stream, or null when it goes on after the input. */
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

/** One more than the size, so that zlib comes to the end of its stream in the first buffer. */
function inflateOptions(size: number) {
  return { chunkSize: Math.max(size + 1, 64), maxOutputLength: Math.max(size, 1) };
}

/** Bytes that zlib deflates so many to, at worst. */
function deflatedBound(size: number): number {
  return size + Math.ceil(size / 8) + 64;
}

function isCutOff(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR';
}

/** zlib's complaints as damage; what the operating system says stays as it is. */
function damage(error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  const ofZlib = code?.startsWith('Z_') || code === 'ERR_BUFFER_TOO_LARGE';
  return ofZlib ? new PackDamage('a pack entry is damaged', { cause: error }) : error;
}
