import type { IncomingMessage } from 'node:http';

const defaultMaxBytes = 1024 * 1024;

/**
 * Bounds the bytes of bodies that are read in one iteration of the event loop. Node reads up to 2 MiB from each socket in an
 * iteration, so thirty fast senders together would keep all other requests waiting for a tenth of a second and more.
 */
export class ReadPace {
  readonly #maxBytes: number;
  readonly #paused = new Set<IncomingMessage>();
  #bytes = 0;
  #isScheduled = false;

  /** @param maxBytes of all bodies in one iteration, before each of them is paused; default 1 MiB */
  constructor(maxBytes = defaultMaxBytes) {
    this.#maxBytes = maxBytes;
  }

  /** Counts bytes that were read, and pauses their request until the next iteration when they are too many. */
  count(req: IncomingMessage, bytes: number): void {
    this.#bytes += bytes;
    if (!this.#isScheduled) {
      this.#isScheduled = true;
      setImmediate(() => this.#next());
    }
    if (this.#bytes <= this.#maxBytes) return;
    req.pause();
    this.#paused.add(req);
  }

  /** To be called when nobody reads the request any more, so that it is not resumed. */
  leave(req: IncomingMessage): void {
    this.#paused.delete(req);
  }

  #next(): void {
    this.#isScheduled = false;
    this.#bytes = 0;
    const paused = [...this.#paused];
    this.#paused.clear();
    for (const req of paused) req.resume();
  }
}
