import { closeSync, openSync, write, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import type { Syncs } from '../syncs.js';
import { encodeHeader, headerBytes } from './segment-header.js';

const writeAway = promisify(write) as (
  fd: number,
  bytes: Uint8Array,
  offset: number,
  length: number,
  position: number,
) => Promise<{ bytesWritten: number }>;

/** The file grows by so many bytes of zeros: to overwrite what is there costs the disk half of what appending does. */
const growthBytes = 1024 * 1024;
/** The most bytes that are written without a turn through the thread pool. */
const onLoop = 256 * 1024;

/** One file of the journal: filled from its start, flushed, and overwritten once all in it is durable elsewhere. */
export class Segment {
  private end = headerBytes;
  private allocated = 0;
  private last = 0;
  private unsettled = 0;
  private broken = false;
  private whenSettled?: () => void;
  /** The files and folders that the records in here changed. */
  private readonly touched = new Set<string>();

  private constructor(
    readonly path: string,
    private readonly fd: number,
    private readonly boot: string | null,
    private readonly syncs: Syncs,
  ) {}

  /** Makes the file; its folder is for the caller to sync. */
  static async create(path: string, boot: string | null, syncs: Syncs): Promise<Segment> {
    const segment = new Segment(path, openSync(path, 'w', 0o600), boot, syncs);
    try {
      await segment.writeHeader();
    } catch (error) {
      segment.close();
      throw error;
    }
    return segment;
  }

  /** Bytes of records, those that are done included, until the segment is emptied. */
  get used(): number {
    return this.end - headerBytes;
  }

  /**
   * A flush of it failed. The system may then count as flushed what never reached the disk, so that no later flush of this
   * file is to be believed.
   */
  get isBroken(): boolean {
    return this.broken;
  }

  /**
   * Writes records after those that are there and flushes them. A write that fails leaves the segment as it was, a flush
   * that fails leaves it broken: whether the records are there nobody knows then.
   * @param last the last one's sequence
   */
  async write(records: Buffer, last: number): Promise<void> {
    const end = this.end + records.length;
    const grown = end > this.allocated ? Math.ceil(end / growthBytes) * growthBytes : this.allocated;
    const zeros = Buffer.alloc(grown > this.allocated ? grown - end : 0);
    await this.put(zeros.length > 0 ? Buffer.concat([records, zeros]) : records, this.end);
    await this.flush();
    this.end = end;
    this.allocated = grown;
    this.last = last;
  }

  /** A record here is about to be carried out; {@link settle} tells that it was, or was not. */
  expect(): void {
    this.unsettled += 1;
  }

  /** @param touched what must be synced before the record may be forgotten */
  settle(touched: Iterable<string>): void {
    for (const path of touched) this.touched.add(path);
    this.unsettled -= 1;
    if (this.unsettled === 0) this.whenSettled?.();
  }

  /** What the records in here changed, once each is carried out or given up. */
  async changes(): Promise<ReadonlySet<string>> {
    if (this.unsettled > 0) await new Promise<void>((resolve) => (this.whenSettled = resolve));
    return this.touched;
  }

  /** Empties the segment: all that it holds is durable in its place. */
  async empty(): Promise<void> {
    await this.writeHeader();
    this.end = headerBytes;
    this.touched.clear();
  }

  close(): void {
    closeSync(this.fd);
  }

  private async writeHeader(): Promise<void> {
    await this.put(encodeHeader({ boot: this.boot, done: this.last }), 0);
    await this.flush();
  }

  private async flush(): Promise<void> {
    try {
      await this.syncs.data(this.fd);
    } catch (error) {
      this.broken = true;
      throw error;
    }
  }

  private async put(bytes: Buffer, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const left = bytes.length - at;
      at +=
        left > onLoop
          ? (await writeAway(this.fd, bytes, at, left, position + at)).bytesWritten
          : writeSync(this.fd, bytes, at, left, position + at);
    }
  }
}
