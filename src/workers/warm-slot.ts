import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { DoublingWait } from '../engines/events/doubling-wait.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from './backend.js';

/** A started worker without an owner. Its folder is empty. */
export interface WarmWorker {
  workerId: string;
  backend: WorkerBackend;
  endpoint: JupyterEndpoint;
  /** What it was started with; a start that needs something else does not use it. */
  fingerprint: string;
}

/** What a {@link WarmSlot} works with. */
export interface WarmSlotDeps {
  /** Starts a worker under a new id. @throws Error of any kind */
  start(workerId: string, signal: AbortSignal): Promise<WarmWorker>;
  /** Removes a worker that was not given out, also one whose start failed. Never throws. */
  discard(workerId: string): Promise<void>;
  log: Logger;
}

const firstRetryMs = 1_000;
const maxRetryMs = 60_000;
const refillDelayMs = 1_000;

/** The warm workers of one profile and class: never more of them than the size, those that start included. */
export class WarmSlot {
  #size = 0;
  #ready: WarmWorker[] = [];
  readonly #starting = new Map<string, AbortController>();
  /** The starts and removals that go on. */
  readonly #work = new Set<Promise<void>>();
  readonly #waits = new DoublingWait(firstRetryMs, maxRetryMs);
  #retry: NodeJS.Timeout | undefined;

  readonly #deps: WarmSlotDeps;

  constructor(deps: WarmSlotDeps) {
    this.#deps = deps;
  }

  /** How many are ready, and how many start. */
  get counts(): { ready: number; starting: number } {
    return { ready: this.#ready.length, starting: this.#starting.size };
  }

  /** The workers that are ready. */
  get ready(): readonly WarmWorker[] {
    return this.#ready;
  }

  /** Whether a worker is ready or starts. */
  has(workerId: string): boolean {
    return this.#starting.has(workerId) || this.#ready.some((one) => one.workerId === workerId);
  }

  /** Starts or discards workers until there are that many. */
  resize(size: number): void {
    this.#size = size;
    for (const { workerId } of this.#ready.slice(size)) this.remove(workerId);
    const extra = this.#ready.length + this.#starting.size - size;
    for (const aborter of [...this.#starting.values()].slice(0, Math.max(0, extra))) aborter.abort();
    this.#fill();
  }

  /** Takes a ready worker that was started with the same; undefined when there is none. */
  take(fingerprint: string): WarmWorker | undefined {
    const taken = this.#ready.find((one) => one.fingerprint === fingerprint);
    if (!taken) return undefined;
    this.#ready = this.#ready.filter((one) => one !== taken);
    // Another start would compete with the worker that was taken, whose files are written now.
    setTimeout(() => this.#fill(), refillDelayMs).unref();
    return taken;
  }

  /** Makes a worker that was taken ready again, unless there are enough without it. */
  giveBack(worker: WarmWorker): void {
    this.#ready.push(worker);
    this.resize(this.#size);
  }

  /** Discards a ready worker, e.g. because its server ended, and starts another. Does nothing for any other id. */
  remove(workerId: string): void {
    const kept = this.#ready.filter((one) => one.workerId !== workerId);
    if (kept.length === this.#ready.length) return;
    this.#ready = kept;
    this.#track(this.#deps.discard(workerId));
    this.#fill();
  }

  /** Whether it has no workers, and nothing goes on. */
  get isEmpty(): boolean {
    return this.#ready.length === 0 && this.#work.size === 0;
  }

  /** Discards all workers, also those that start. */
  async close(): Promise<void> {
    this.resize(0);
    clearTimeout(this.#retry);
    while (this.#work.size > 0) await Promise.all(this.#work);
  }

  #fill(): void {
    while (!this.#retry && this.#ready.length + this.#starting.size < this.#size)
      this.#track(this.#startOne());
  }

  /** Never rejects. */
  async #startOne(): Promise<void> {
    const workerId = randomUUID();
    const aborter = new AbortController();
    this.#starting.set(workerId, aborter);
    try {
      const worker = await this.#deps.start(workerId, aborter.signal);
      aborter.signal.throwIfAborted();
      this.#ready.push(worker);
      this.#waits.reset();
    } catch (err) {
      await this.#deps.discard(workerId);
      if (!aborter.signal.aborted) {
        this.#deps.log.warn({ err, workerId }, 'a warm worker did not start');
        this.#retryLater();
      }
    } finally {
      this.#starting.delete(workerId);
      this.#fill();
    }
  }

  #retryLater(): void {
    if (this.#retry) return;
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      this.#fill();
    }, this.#waits.next());
    this.#retry.unref();
  }

  #track(work: Promise<void>): void {
    const tracked = work.finally(() => this.#work.delete(tracked));
    this.#work.add(tracked);
  }
}
