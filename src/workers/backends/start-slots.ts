import { availableParallelism } from 'node:os';
import { FairLimit } from '../../engines/events/fair-limit.js';
import type { WorkerSpec } from '../worker-spec.js';

/** A start takes a second of a core, and waits in between. */
const startsPerCore = 2;

/**
 * Lets only a few servers start at the same time, shared between the users. If all began together on a small machine, each
 * would be too slow to answer in time.
 */
export class StartSlots {
  readonly #limit = new FairLimit(availableParallelism() * startsPerCore);

  /**
   * Starts a worker once there is a slot for it.
   * @throws what `signal` is aborted with while it waits, and what `work` throws
   */
  run<T>(
    { userId = '' }: Pick<WorkerSpec, 'userId'>,
    work: () => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    return this.#limit.run(userId, work, signal);
  }
}
