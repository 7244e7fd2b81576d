import { DomainError } from '../../../errors.js';
import type { PodWaiting, StartFailure } from './what-pod-waits-for.js';

/** What a Pod waits for, and since when. */
export class PodStartProgress {
  #waiting: PodWaiting | undefined;
  #since = 0;
  #percent = 0;

  readonly #report: (percent: number, message: string) => void;

  /** @param report called at each change of what the Pod waits for; its percentage never falls */
  constructor(report: (percent: number, message: string) => void) {
    this.#report = report;
  }

  /** Takes note of what the Pod waits for now. @throws DomainError `runtime_unavailable` where that lasts too long */
  waitsFor(waiting: PodWaiting): void {
    if (waiting.message !== this.#waiting?.message) {
      this.#waiting = waiting;
      this.#since = performance.now();
      this.#percent = Math.max(this.#percent, waiting.percent);
      this.#report(this.#percent, waiting.message);
    }
    const { limit } = waiting;
    if (limit && performance.now() - this.#since >= limit.ms) throw startError(limit.failure);
  }

  /** What to throw for an error: that a time is over is explained by what the Pod waited for. */
  explain(error: unknown): unknown {
    const isTimeout = error instanceof DOMException && error.name === 'TimeoutError';
    const failure = this.#waiting?.onTimeout;
    return isTimeout && failure ? startError(failure) : error;
  }
}

/** The error of a start that failed. */
export function startError({ reason, detail }: StartFailure, cause?: unknown): DomainError {
  return new DomainError('runtime_unavailable', detail, { cause, extra: { reason } });
}
