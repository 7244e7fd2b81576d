import { closeSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Syncs } from '../syncs.js';
import { encodeHeader, headerBytes } from './segment-header.js';

const writeAsync = promisify(write) as (
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>;

/** The file grows by so many bytes of zeros, because overwriting costs a disk half of what appending does. */
const growthBytes = 1024 * 1024;
/** Longer records are written through the thread pool, so that they do not block the event loop. */
const maxSyncBytes = 256 * 1024;

/** One file of the journal. It is filled from its start, and overwritten once all its records are durable in their files. */
export class Segment {
  #end = headerBytes;
  #allocated = 0;
  #last = 0;
  #unfinished = 0;
  #broken = false;
  #onAllFinished?: () => void;
  /** The files and folders that the records changed. */
  readonly #touched = new Set<string>();

  readonly #fd: number;
  readonly #boot: string | null;
  readonly #syncs: Syncs;

  private constructor(
    readonly path: string,
    fd: number,
    boot: string | null,
    syncs: Syncs,
  ) {
    this.#fd = fd;
    this.#boot = boot;
    this.#syncs = syncs;
  }

  /** Creates the file; the caller syncs its folder. */
  static async create(path: string, boot: string | null, syncs: Syncs): Promise<Segment> {
    const segment = new Segment(path, openSync(path, 'w', 0o600), boot, syncs);
    try {
      await segment.#writeHeader();
    } catch (error) {
      segment.close();
      throw error;
    }
    return segment;
  }

  /** Bytes of records since the segment was last emptied. */
  get used(): number {
    return this.#end - headerBytes;
  }

  /**
   * Whether a sync of the file failed. Linux may then take for synced what never reached the disk, so no later sync of this
   * file proves anything.
   */
  get isBroken(): boolean {
    return this.#broken;
  }

  /**
   * Appends records and syncs them. A write that fails leaves the segment as it was. A sync that fails leaves it broken: then
   * it is unknown whether the records are on the disk.
   * @param last the sequence number of the last record
   */
  async write(records: Buffer, last: number): Promise<void> {
    const end = this.#end + records.length;
    const grown = end > this.#allocated ? Math.ceil(end / growthBytes) * growthBytes : this.#allocated;
    const zeros = Buffer.alloc(grown > this.#allocated ? grown - end : 0);
    await this.#put(zeros.length > 0 ? Buffer.concat([records, zeros]) : records, this.#end);
    await this.#flush();
    this.#end = end;
    this.#allocated = grown;
    this.#last = last;
  }

  /** A record of this segment is about to be carried out; {@link finish} is called when it was, or was given up. */
  begin(): void {
    this.#unfinished += 1;
  }

  /** @param touched must be synced before the record may be dropped */
  finish(touched: Iterable<string>): void {
    for (const path of touched) this.#touched.add(path);
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#onAllFinished?.();
  }

  /** What the records changed. Waits until each of them is carried out or given up. */
  async changes(): Promise<ReadonlySet<string>> {
    if (this.#unfinished > 0) await new Promise<void>((resolve) => (this.#onAllFinished = resolve));
    return this.#touched;
  }

  /** Empties the segment: all its records are durable in their files. */
  async empty(): Promise<void> {
    await this.#writeHeader();
    this.#end = headerBytes;
    this.#touched.clear();
  }

  close(): void {
    closeSync(this.#fd);
  }

  async #writeHeader(): Promise<void> {
    await this.#put(encodeHeader({ boot: this.#boot, done: this.#last }), 0);
    await this.#flush();
  }

  async #flush(): Promise<void> {
    try {
      await this.#syncs.data(this.#fd);
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  async #put(bytes: Buffer, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const left = bytes.length - at;
      at +=
        left > maxSyncBytes
          ? (await writeAsync(this.#fd, bytes, at, left, position + at)).bytesWritten
          : writeSync(this.#fd, bytes, at, left, position + at);
    }
  }
}
