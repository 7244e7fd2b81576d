import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { storageUnavailable } from '../storage-error.js';
import { type Syncs, syncPaths } from '../syncs.js';
import { Segment } from './segment.js';

const defaultSegmentBytes = 16 * 1024 * 1024;
const defaultCheckpointMs = 1000;

/** What {@link Segments} is created with. */
export interface SegmentsOptions {
  /** The journal's own folder, below `root/gateway-journal`; created with the first record. */
  folder: string;
  /** The folder of the repositories. */
  root: string;
  /** See `bootId`. */
  boot: string | null;
  syncs: Syncs;
  /** Receives the error of a checkpoint that failed; it is tried again. */
  report: (error: unknown) => void;
  /** Bytes of one segment, default 16 MiB; a record must be far smaller. */
  segmentBytes?: number;
  /** A record waits at least so long for a checkpoint, default 1 s. */
  checkpointMs?: number;
}

/**
 * The two segments of a journal, which are used alternately: while one is filled, a checkpoint syncs the files that the
 * records of the other one changed, and then empties it. A segment whose own sync failed is not written to again: it is
 * removed after its checkpoint, and a new one replaces it.
 */
export class Segments {
  readonly #options: SegmentsOptions;
  readonly #segmentBytes: number;
  readonly #onEmptied: (segment: Segment) => void;
  #active?: Segment;
  #spare?: Segment;
  #retiring?: Segment;
  #checkpointing?: Promise<void>;
  #timer?: NodeJS.Timeout;
  #created = 0;
  #stopped = false;

  /** @param onEmptied is called with a segment whose records are all durable in their files */
  constructor(options: SegmentsOptions, onEmptied: (segment: Segment) => void) {
    this.#options = options;
    this.#segmentBytes = options.segmentBytes ?? defaultSegmentBytes;
    this.#onEmptied = onEmptied;
  }

  /**
   * The segment to write so many bytes to, with a record begun, so that no checkpoint empties it before
   * {@link Segment.finish}. Waits for a checkpoint when both segments are full.
   * @throws DomainError `storage_unavailable` after {@link stop}
   */
  async reserve(bytes: number): Promise<Segment> {
    for (;;) {
      if (this.#stopped) throw storageUnavailable(new Error('the journal is closed'));
      // When no other segment is in a checkpoint, this one is replaced immediately.
      if (this.#active?.isBroken) this.startCheckpoint();
      this.#active ??= this.#takeSpare() ?? (await this.#create());
      const { used, isBroken } = this.#active;
      if (!isBroken && (used === 0 || used + bytes <= this.#segmentBytes)) {
        this.#active.begin();
        return this.#active;
      }
      await this.#checkpoint();
    }
  }

  /** Plans the checkpoint of a segment that was written to: now when it is half full, else after a second. */
  schedule(segment: Segment): void {
    if (segment.used > this.#segmentBytes / 2 && !this.#checkpointing) this.startCheckpoint();
    else this.#checkpointLater();
  }

  /** Begins a checkpoint, unless one is under way. Its failure is reported, and it is tried again. */
  startCheckpoint(): void {
    this.#checkpoint().catch(() => {});
  }

  /** Takes no more records and plans no more checkpoints. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  /** Makes all records durable in their files. @throws Error when that fails: the journal must be replayed */
  async drain(): Promise<void> {
    await this.#checkpointing?.catch(() => {});
    while (this.#retiring || this.#active?.used) await this.#checkpoint();
  }

  /** Closes the files, and leaves what is in them. */
  async close(): Promise<void> {
    await this.#checkpointing?.catch(() => {});
    for (const segment of [this.#active, this.#spare, this.#retiring]) segment?.close();
    this.#active = this.#spare = this.#retiring = undefined;
  }

  #takeSpare(): Segment | undefined {
    const spare = this.#spare;
    this.#spare = undefined;
    return spare;
  }

  async #create(): Promise<Segment> {
    const { folder, root, boot, syncs } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, String(this.#created));
    this.#created += 1;
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

  async #remove(segment: Segment): Promise<void> {
    const { folder, root, syncs } = this.#options;
    await rm(segment.path, { force: true });
    await syncPaths([folder], syncs, root);
    segment.close();
  }

  #checkpointLater(): void {
    if (this.#stopped) return;
    const { checkpointMs = defaultCheckpointMs } = this.#options;
    this.#timer ??= setTimeout(() => {
      // Cleared first: a checkpoint that is under way plans the next one when it ends.
      this.#timer = undefined;
      this.startCheckpoint();
    }, checkpointMs).unref();
  }

  /** Syncs what the active segment's records changed, or those of the segment whose checkpoint failed before. */
  #checkpoint(): Promise<void> {
    this.#checkpointing ??= this.#syncChanges().finally(() => {
      this.#checkpointing = undefined;
      if (this.#retiring) this.#checkpointLater();
      else if (this.#active?.used || this.#active?.isBroken) this.schedule(this.#active);
    });
    return this.#checkpointing;
  }

  async #syncChanges(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (!this.#retiring) {
      this.#retiring = this.#active;
      this.#active = undefined;
    }
    const segment = this.#retiring;
    if (!segment) return;
    try {
      await syncPaths(await segment.changes(), this.#options.syncs, this.#options.root);
      if (segment.isBroken) await this.#remove(segment);
      else await segment.empty();
    } catch (error) {
      this.#options.report(error);
      throw error;
    }
    this.#retiring = undefined;
    if (!segment.isBroken) this.#spare = segment;
    this.#onEmptied(segment);
  }
}
