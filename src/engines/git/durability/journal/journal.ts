import { existsSync } from 'node:fs';
import { storageUnavailable } from '../storage-error.js';
import { encodeRecord, type JournalRecord, recordBytes } from './journal-record.js';
import type { Segment } from './segment.js';
import { Segments, type SegmentsOptions } from './segments.js';

/** The maximum size of the records that are written and synced together, in bytes. */
const maxGroupBytes = 4 * 1024 * 1024;

/** What a {@link Journal} is created with. */
export interface JournalOptions extends SegmentsOptions {
  /** Called when another instance took the journal away; nothing is written any more. */
  onTakenOver: () => void;
}

/** A record that is being written. */
export interface JournalEntry {
  /** Resolves once the record survives a power failure. */
  durable: Promise<void>;
  /**
   * To be called in the end, whatever happened.
   * @param outcome `touched`: the files and folders that were changed; `done` false cancels the record
   */
  finish(outcome: { touched: Iterable<string>; done: boolean }): void;
}

interface Waiting {
  record: JournalRecord;
  onWritten(segment: Segment, sequence: number): void;
  onFailed(error: unknown): void;
}

/**
 * A write-ahead journal. One sync makes the records of all writers that wait at that moment durable; the many files that
 * the records describe are synced later, by a checkpoint in the background.
 */
export class Journal {
  readonly #onTakenOver: () => void;
  readonly #segments: Segments;
  #waiting: Waiting[] = [];
  /** The records to cancel, by their sequence numbers, with the segments that hold them. */
  readonly #cancelled = new Map<number, Segment>();
  /** Whether records were cancelled since the last write began. */
  #hasNewCancelled = false;
  #writing?: Promise<void>;
  #sequence = 0;
  #closed = false;

  constructor(options: JournalOptions) {
    this.#onTakenOver = options.onTakenOver;
    this.#segments = new Segments(options, (segment) => {
      for (const [sequence, holder] of this.#cancelled)
        if (holder === segment) this.#cancelled.delete(sequence);
    });
  }

  /** Adds a record. It is written together with all that wait, as soon as the sync under way has ended. */
  append(record: JournalRecord): JournalEntry {
    let written: { segment: Segment; sequence: number } | undefined;
    const durable = new Promise<void>((resolve, reject) => {
      const onWritten = (segment: Segment, sequence: number) => {
        segment.begin();
        written = { segment, sequence };
        resolve();
      };
      this.#waiting.push({ record, onWritten, onFailed: reject });
    });
    // The caller may wait for something else first.
    durable.catch(() => {});
    this.#writing ??= this.#write();
    return {
      durable,
      finish: ({ touched, done }) => {
        if (!written) return;
        if (!done && !this.#closed) this.#cancel(written);
        written.segment.finish(touched);
      },
    };
  }

  /**
   * Makes all records durable in their files; the journal may be removed then.
   * @throws Error when that fails: the journal must be replayed
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.#segments.stop();
    try {
      await this.#writing;
      await this.#segments.drain();
    } finally {
      await this.abandon();
    }
  }

  /** Takes no more records, and leaves the journal as it is. */
  async abandon(): Promise<void> {
    this.#closed = true;
    this.#segments.stop();
    await this.#writing;
    await this.#segments.close();
  }

  #cancel({ segment, sequence }: { segment: Segment; sequence: number }): void {
    this.#cancelled.set(sequence, segment);
    this.#hasNewCancelled = true;
    this.#writing ??= this.#write();
  }

  async #write(): Promise<void> {
    do {
      const group = this.#nextGroup();
      try {
        await this.#writeGroup(group);
      } catch (error) {
        for (const { onFailed } of group) onFailed(error);
      }
    } while (this.#waiting.length > 0 || this.#hasNewCancelled);
    this.#writing = undefined;
  }

  async #writeGroup(group: Waiting[]): Promise<void> {
    const voids = [...this.#cancelled.keys()];
    this.#hasNewCancelled = false;
    const records = [...voids.map((sequence) => ({ voids: sequence })), ...group.map(({ record }) => record)];
    const segment = await this.#segments.reserve(
      records.reduce((sum, record) => sum + recordBytes(record), 0),
    );
    const first = this.#sequence + 1;
    try {
      const bytes = Buffer.concat(records.map((record, n) => encodeRecord(first + n, record)));
      await segment.write(bytes, first + records.length - 1);
      // Another instance that takes this one for dead moves the journal away before it reads it, and may have missed this.
      if (!existsSync(segment.path)) throw this.#takenOver();
      this.#sequence += records.length;
      for (const sequence of voids) this.#cancelled.delete(sequence);
      for (const [n, { onWritten }] of group.entries()) onWritten(segment, first + voids.length + n);
    } catch (error) {
      if (segment.isBroken) this.#cancelUnconfirmed(segment, { records, group, first: first + voids.length });
      throw error;
    } finally {
      segment.finish([]);
    }
    this.#segments.schedule(segment);
  }

  /** The records may have reached the disk although the sync failed: their numbers are not used again. */
  #cancelUnconfirmed(
    segment: Segment,
    { records, group, first }: { records: unknown[]; group: Waiting[]; first: number },
  ): void {
    this.#sequence += records.length;
    for (const n of group.keys()) this.#cancelled.set(first + n, segment);
    this.#segments.startCheckpoint();
  }

  #takenOver(): Error {
    this.#onTakenOver();
    return storageUnavailable(new Error('the journal was taken over'));
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    const end = this.#waiting.findIndex(({ record }, n) => {
      bytes += recordBytes(record);
      return n > 0 && bytes > maxGroupBytes;
    });
    return this.#waiting.splice(0, end < 0 ? this.#waiting.length : end);
  }
}
