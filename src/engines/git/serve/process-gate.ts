import pLimit from 'p-limit';
import { DomainError } from '../../../errors.js';

const maxRunning = 4;
const maxWaiting = 64;
const maxWaitMs = 60_000;

/** Runs a few Git processes at the same time. Some more wait in the order in which they came, and all others are refused. */
export class ProcessGate {
  readonly #limit = pLimit(maxRunning);
  /** Those that run and those that wait. */
  #admitted = 0;

  /**
   * Runs `act` as soon as a slot is free.
   * @param signal ends the wait
   * @throws DomainError `overloaded` with `retryAfterSeconds` when 64 wait already, or after a minute of waiting;
   *   and what `act` throws
   */
  async run<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    if (this.#admitted >= maxRunning + maxWaiting || signal.aborted) throw busy();
    this.#admitted += 1;
    const wait = new AbortController();
    const giveUp = () => wait.abort(busy());
    signal.addEventListener('abort', giveUp, { once: true });
    const timer = setTimeout(giveUp, maxWaitMs);
    const waitNoMore = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', giveUp);
    };
    const gaveUp = new Promise<never>((_, reject) => {
      wait.signal.addEventListener('abort', () => reject(wait.signal.reason), { once: true });
    });
    const done = this.#limit(async () => {
      wait.signal.throwIfAborted();
      waitNoMore();
      return act();
    });
    try {
      return await Promise.race([done, gaveUp]);
    } finally {
      waitNoMore();
      this.#admitted -= 1;
    }
  }
}

function busy(): DomainError {
  return new DomainError('overloaded', 'Too many clones, fetches and pushes run now; try again.', {
    retryAfterSeconds: 10,
  });
}
