import type { SessionStatus } from '../../prisma/generated/client/client.js';

/** Cells that are shorter than this are not worth the two writes of `busy` and `idle`. */
const cellDelayMs = 50;

/** How long a status waits that could not be written, until it is tried again. */
const retryMs = 3_000;

/**
 * Writes the statuses that the kernel of one session reports, in their order and only where they or their reasons change. One that
 * could not be written is tried again until it is written, or a newer one comes.
 */
export class StatusWriter {
  /** Not written yet. */
  #next: { status: SessionStatus; reason: string | null } | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isCancelled = false;
  /** Written last, or being written. */
  #last: { status: SessionStatus; reason: string | null } | undefined;
  #writes: Promise<unknown> = Promise.resolve();

  readonly #write: (status: SessionStatus, reason: string | null) => Promise<boolean>;

  /** @param write says whether it is written, or can never be; must not throw; its calls never overlap */
  constructor(write: (status: SessionStatus, reason: string | null) => Promise<boolean>) {
    this.#write = write;
  }

  /** Writes a status: between `busy` and `idle` after a short delay, else immediately. */
  set(status: SessionStatus, reason: string | null): void {
    clearTimeout(this.#timer);
    this.#isCancelled = false;
    this.#next = { status, reason };
    const isCell = [status, this.#last?.status].every((one) => one === 'idle' || one === 'busy');
    if (isCell) this.#timer = setTimeout(() => this.#writeNext(), cellDelayMs);
    else this.#writeNext();
  }

  /** Writes a delayed status immediately. Resolves when everything is written, or is going to be tried again. */
  async flush(): Promise<void> {
    this.#writeNext();
    await this.#writes;
  }

  /** Drops a status that waits. */
  cancel(): void {
    this.#isCancelled = true;
    clearTimeout(this.#timer);
    this.#next = undefined;
  }

  /** Resolves when the writes that have begun are over. */
  async written(): Promise<void> {
    await this.#writes;
  }

  #writeNext(): void {
    const next = this.#next;
    if (!next) return;
    clearTimeout(this.#timer);
    this.#next = undefined;
    if (next.status === this.#last?.status && next.reason === this.#last.reason) return;
    this.#last = next;
    this.#writes = this.#writes.then(async () => {
      if (!(await this.#write(next.status, next.reason))) this.#writeAgain(next);
    });
  }

  #writeAgain(failed: { status: SessionStatus; reason: string | null }): void {
    if (this.#last !== failed || this.#next || this.#isCancelled) return;
    this.#last = undefined;
    this.#next = failed;
    this.#timer = setTimeout(() => this.#writeNext(), retryMs);
    this.#timer.unref();
  }
}
