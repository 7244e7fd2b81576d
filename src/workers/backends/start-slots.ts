import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import { rejectOnAbort } from '../../engines/events/reject-on-abort.js';

/** A start takes a second of a core, and waits in between. */
const startsPerCore = 2;

/**
 * Lets only a few servers start at the same time. If all began together on a small machine, each would be too slow to answer in
 * time.
 */
export class StartSlots {
  readonly #limit = pLimit(availableParallelism() * startsPerCore);

  /**
   * Does some work once there is a slot for it.
   * @throws what `signal` is aborted with while it waits, and what `work` throws
   */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    let enter = () => {};
    let leave = () => {};
    const entered = new Promise<void>((resolve) => {
      enter = resolve;
    });
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    void this.#limit(() => {
      enter();
      return left;
    });
    try {
      await rejectOnAbort(entered, signal);
      return await work();
    } finally {
      leave();
    }
  }
}
