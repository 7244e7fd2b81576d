import type { Logger } from 'pino';
import type { Leases } from '../engines/database/leases.js';
import { Periodic } from '../engines/events/periodic.js';

/** What a {@link LeasedPeriodic} works with. */
export interface LeasedPeriodicDeps {
  leases: Leases;
  log: Logger;
}

/** Work at intervals that only one of the processes on a database does at a time. */
export class LeasedPeriodic {
  readonly #deps: LeasedPeriodicDeps;
  readonly #leaseName: string;
  readonly #work: (mayGoOn: () => boolean) => Promise<void>;
  readonly #checks: Periodic;
  #isClosed = false;

  /** @param work asks before each step whether it may go on. When it rejects, it is tried again after the interval */
  constructor(
    deps: LeasedPeriodicDeps,
    leaseName: string,
    periodMs: number,
    work: (mayGoOn: () => boolean) => Promise<void>,
  ) {
    this.#deps = deps;
    this.#leaseName = leaseName;
    this.#work = work;
    this.#checks = new Periodic(periodMs, () => this.#run());
  }

  begin(): void {
    this.#checks.begin();
  }

  /** Resolves when the step that is under way is done. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#checks.close();
  }

  async #run(): Promise<void> {
    const { leases, log } = this.#deps;
    try {
      const lease = await leases.tryTake(this.#leaseName);
      if (!lease) return;
      try {
        await this.#work(() => !this.#isClosed && !lease.lost.aborted);
      } finally {
        await lease.release();
      }
    } catch (err) {
      log.warn({ err, work: this.#leaseName }, 'work of the background failed; it is tried again later');
    }
  }
}
