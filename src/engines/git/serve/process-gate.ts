import { DomainError } from '../../../errors.js';

const mostRunning = 4;
const mostWaiting = 64;
const longestWaitMs = 60_000;

/** Lets a few of git's processes run at once; some wait, in the order in which they came, and the rest are refused. */
export class ProcessGate {
  private running = 0;
  private readonly waiting = new Set<() => void>();

  /**
   * Runs `act` once there is room.
   * @param signal gives the place up while it waits
   * @throws DomainError `storage_unavailable` with `retryAfterSeconds` when 64 wait already, or after a minute; and what
   *   `act` throws
   */
  async run<T>(signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    if (this.running < mostRunning) this.running += 1;
    else await this.place(signal);
    try {
      return await act();
    } finally {
      const next = this.waiting.values().next().value;
      if (next) next();
      else this.running -= 1;
    }
  }

  /** Resolves when one that has ended leaves its place to this one. */
  private async place(signal: AbortSignal): Promise<void> {
    if (this.waiting.size >= mostWaiting || signal.aborted) throw busy();
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        signal.removeEventListener('abort', giveUp);
        this.waiting.delete(take);
        settle();
      };
      const take = () => end(resolve);
      const giveUp = () => end(() => reject(busy()));
      const timer = setTimeout(giveUp, longestWaitMs);
      signal.addEventListener('abort', giveUp, { once: true });
      this.waiting.add(take);
    });
  }
}

function busy(): DomainError {
  return new DomainError('storage_unavailable', 'Too many clones, fetches and pushes run now; try again.', {
    retryAfterSeconds: 10,
  });
}
