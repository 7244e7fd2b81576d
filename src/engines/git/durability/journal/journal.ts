import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageUnavailable } from '../storage-error.js';
import { type Syncs, syncPaths } from '../syncs.js';
import { encodeRecord, type JournalRecord, recordBytes } from './journal-record.js';
import { Segment } from './segment.js';

/** Bytes of one of the two segments; a record must be far smaller. */
const defaultSegmentBytes = 16 * 1024 * 1024;
/** The most bytes of records that are written and flushed as one. */
const groupBytes = 4 * 1024 * 1024;
const defaultCheckpointMs = 1000;

/** How a {@link Journal} is made. */
export interface JournalOptions {
  /** Its own folder, below `root/gateway-journal`; made with the first record. */
  folder: string;
  /** The folder of the repositories. */
  root: string;
  /** See `bootId`. */
  boot: string | null;
  syncs: Syncs;
  /** Is told of a checkpoint that failed; it is tried again. */
  report: (error: unknown) => void;
  /** Is called when another instance took the journal away; nothing is written any more. */
  onTakenOver: () => void;
  /** Default 16 MiB. */
  segmentBytes?: number;
  /** How long a record waits for a checkpoint at least, default 1 s. */
  checkpointMs?: number;
}

/** A record on its way. */
export interface JournalEntry {
  /** Resolved once the record survives a power failure. */
  durable: Promise<void>;
  /**
   * To be called in the end, whatever became of it.
   * @param outcome `touched`: the files and folders that were changed; `done` false takes the record back
   */
  settle(outcome: { touched: Iterable<string>; done: boolean }): void;
}

interface Waiting {
  record: JournalRecord;
  written(segment: Segment, sequence: number): void;
  failed(error: unknown): void;
}

/**
 * What a store is about to do, written ahead: one flush makes durable what all writers want at that moment, and the many
 * files that it is about are flushed later, by a checkpoint in the background. Two segments take turns: one is filled
 * while what the other tells of is flushed. One whose own flush failed is not written to again: it is removed once what it
 * tells of is flushed, and a new one takes its place.
 */
export class Journal {
  private active?: Segment;
  private spare?: Segment;
  private retiring?: Segment;
  private waiting: Waiting[] = [];
  /** The records that are to be taken back, with the segments that hold them. */
  private readonly voids = new Map<number, Segment>();
  /** Some of them came since the last write began. */
  private hasNewVoids = false;
  private writing?: Promise<void>;
  private checkpointing?: Promise<void>;
  private timer?: NodeJS.Timeout;
  private sequence = 0;
  private made = 0;
  private closed = false;

  constructor(private readonly options: JournalOptions) {}

  /** Adds a record; it is written with all that wait, as soon as the flush under way has ended. */
  append(record: JournalRecord): JournalEntry {
    let at: { segment: Segment; sequence: number } | undefined;
    const durable = new Promise<void>((resolve, reject) => {
      const written = (segment: Segment, sequence: number) => {
        segment.expect();
        at = { segment, sequence };
        resolve();
      };
      this.waiting.push({ record, written, failed: reject });
    });
    // Who appends may wait for something else first.
    durable.catch(() => {});
    this.writing ??= this.write();
    return {
      durable,
      settle: ({ touched, done }) => {
        if (!at) return;
        if (!done && !this.closed) this.takeBack(at);
        at.segment.settle(touched);
      },
    };
  }

  /**
   * Flushes what the records are about; the journal may be removed then.
   * @throws Error when that fails: the journal must be replayed
   */
  async close(): Promise<void> {
    this.closed = true;
    try {
      await this.writing;
      await this.checkpointing?.catch(() => {});
      while (this.retiring || this.active?.used) await this.checkpoint();
    } finally {
      await this.abandon();
    }
  }

  /** Takes no more records, and leaves the journal as it is. */
  async abandon(): Promise<void> {
    this.closed = true;
    clearTimeout(this.timer);
    await this.writing;
    await this.checkpointing?.catch(() => {});
    for (const segment of [this.active, this.spare, this.retiring]) segment?.close();
    this.active = this.spare = this.retiring = undefined;
  }

  private takeBack({ segment, sequence }: { segment: Segment; sequence: number }): void {
    this.voids.set(sequence, segment);
    this.hasNewVoids = true;
    this.writing ??= this.write();
  }

  private async write(): Promise<void> {
    do {
      const group = this.nextGroup();
      try {
        await this.writeGroup(group);
      } catch (error) {
        for (const { failed } of group) failed(error);
      }
    } while (this.waiting.length > 0 || this.hasNewVoids);
    this.writing = undefined;
  }

  private async writeGroup(group: Waiting[]): Promise<void> {
    const voids = [...this.voids.keys()];
    this.hasNewVoids = false;
    const records = [...voids.map((sequence) => ({ voids: sequence })), ...group.map(({ record }) => record)];
    const segment = await this.room(records.reduce((sum, record) => sum + recordBytes(record), 0));
    const first = this.sequence + 1;
    const bytes = Buffer.concat(records.map((record, n) => encodeRecord(first + n, record)));
    try {
      await segment.write(bytes, first + records.length - 1);
      // Who takes this instance for dead moves its journal away before reading it, and so may not have read this.
      if (!existsSync(segment.path)) throw this.takenOver();
      this.sequence += records.length;
      for (const sequence of voids) this.voids.delete(sequence);
      for (const [n, { written }] of group.entries()) written(segment, first + voids.length + n);
    } catch (error) {
      if (segment.isBroken) {
        // They may be on the disk all the same: their sequences are used up, and they are taken back.
        this.sequence += records.length;
        for (const n of group.keys()) this.voids.set(first + voids.length + n, segment);
        this.checkpoint().catch(() => {});
      }
      throw error;
    } finally {
      segment.settle([]);
    }
    this.schedule(segment);
  }

  private takenOver(): Error {
    this.options.onTakenOver();
    return storageUnavailable(new Error('the journal was taken over'));
  }

  private nextGroup(): Waiting[] {
    let bytes = 0;
    const cut = this.waiting.findIndex(({ record }, n) => {
      bytes += recordBytes(record);
      return n > 0 && bytes > groupBytes;
    });
    return this.waiting.splice(0, cut < 0 ? this.waiting.length : cut);
  }

  /**
   * The segment to write so many bytes to, which no checkpoint empties until it is settled; waits for a checkpoint where
   * both are full.
   */
  private async room(bytes: number): Promise<Segment> {
    const { segmentBytes = defaultSegmentBytes } = this.options;
    for (;;) {
      if (this.closed) throw storageUnavailable(new Error('the journal is closed'));
      // Where no other one is being flushed, a new one takes its place at once.
      if (this.active?.isBroken) this.checkpoint().catch(() => {});
      this.active ??= this.takeSpare() ?? (await this.newSegment());
      const { used, isBroken } = this.active;
      if (!isBroken && (used === 0 || used + bytes <= segmentBytes)) {
        this.active.expect();
        return this.active;
      }
      await this.checkpoint();
    }
  }

  private takeSpare(): Segment | undefined {
    const { spare } = this;
    this.spare = undefined;
    return spare;
  }

  private async newSegment(): Promise<Segment> {
    const { folder, root, boot, syncs } = this.options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, String(this.made));
    this.made += 1;
    let segment: Segment | undefined;
    try {
      segment = await Segment.create(path, boot, syncs);
      await syncPaths([folder, dirname(folder), root], syncs, root);
      return segment;
    } catch (error) {
      segment?.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  private async remove(segment: Segment): Promise<void> {
    const { folder, root, syncs } = this.options;
    await rm(segment.path, { force: true });
    await syncPaths([folder], syncs, root);
    segment.close();
  }

  private schedule(segment: Segment): void {
    const { segmentBytes = defaultSegmentBytes } = this.options;
    if (segment.used > segmentBytes / 2 && !this.checkpointing) this.checkpoint().catch(() => {});
    else this.later();
  }

  private later(): void {
    if (this.closed) return;
    const { checkpointMs = defaultCheckpointMs } = this.options;
    this.timer ??= setTimeout(() => {
      // Also where a checkpoint is under way: after it, the next one is to be planned anew.
      this.timer = undefined;
      this.checkpoint().catch(() => {});
    }, checkpointMs).unref();
  }

  /** Flushes what the records of the active segment are about, or of the one where that failed before. */
  private checkpoint(): Promise<void> {
    this.checkpointing ??= this.flush().finally(() => {
      this.checkpointing = undefined;
      if (this.retiring) this.later();
      else if (this.active?.used || this.active?.isBroken) this.schedule(this.active);
    });
    return this.checkpointing;
  }

  private async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (!this.retiring) {
      this.retiring = this.active;
      this.active = undefined;
    }
    const segment = this.retiring;
    if (!segment) return;
    try {
      await syncPaths(await segment.changes(), this.options.syncs, this.options.root);
      if (segment.isBroken) await this.remove(segment);
      else await segment.empty();
    } catch (error) {
      this.options.report(error);
      throw error;
    }
    this.retiring = undefined;
    if (!segment.isBroken) this.spare = segment;
    for (const [sequence, holder] of this.voids) if (holder === segment) this.voids.delete(sequence);
  }
}
