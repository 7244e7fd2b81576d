import { availableParallelism } from 'node:os';
import type { Worker } from '../../prisma/generated/client/client.js';
import { FairLimit } from '../engines/events/fair-limit.js';
import { DomainError } from '../errors.js';

/** A start takes a second of a core, and waits in between. */
const startsPerCore = 2;
/** On a machine whose cores this process does not know. */
const startsElsewhere = 4;
const maxPerUser = 250;
const maxInAll = 2_000;

/** Which machine a kernel starts on, and for whom. */
export interface KernelStart {
  userId: string;
  worker: Pick<Worker, 'id' | 'backend' | 'jupyterServerId'>;
}

/**
 * Lets only a few kernels start at the same time on one machine, shared between the users. If all began together, each would
 * be too slow to answer in time. What waits is bounded, of each user and in all.
 */
export class KernelSlots {
  readonly #machines = new Map<string, { limit: FairLimit; starts: number }>();
  /** How many starts of each user wait or run. */
  readonly #users = new Map<string, number>();
  #all = 0;

  /** @throws DomainError `rate_limited` when too many starts of the user wait, `overloaded` when those of all are too many */
  assertRoom(userId: string): void {
    if ((this.#users.get(userId) ?? 0) >= maxPerUser) throw tooMany('rate_limited');
    if (this.#all >= maxInAll) throw tooMany('overloaded');
  }

  /**
   * Starts a kernel once there is a slot for it on its machine.
   * @throws as {@link assertRoom}; what `signal` is aborted with while it waits, and what `work` throws
   */
  async run<T>({ userId, worker }: KernelStart, work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    this.assertRoom(userId);
    const key = machineOf(worker);
    const machine = this.#machines.get(key) ?? { limit: new FairLimit(slotsOf(worker)), starts: 0 };
    this.#machines.set(key, machine);
    this.#count(userId, machine, 1);
    try {
      return await machine.limit.run(userId, work, signal);
    } finally {
      this.#count(userId, machine, -1);
      if (machine.starts === 0) this.#machines.delete(key);
    }
  }

  #count(userId: string, machine: { starts: number }, change: 1 | -1): void {
    machine.starts += change;
    this.#all += change;
    const own = (this.#users.get(userId) ?? 0) + change;
    if (own > 0) this.#users.set(userId, own);
    else this.#users.delete(userId);
  }
}

/** Each Pod counts as a machine of its own; local workers and containers share theirs. */
function machineOf({ id, backend, jupyterServerId }: KernelStart['worker']): string {
  return jupyterServerId ?? (backend === 'kubernetes' ? id : backend);
}

function slotsOf({ backend, jupyterServerId }: KernelStart['worker']): number {
  const isHere = backend !== 'kubernetes' && jupyterServerId === null;
  return isHere ? availableParallelism() * startsPerCore : startsElsewhere;
}

function tooMany(code: 'rate_limited' | 'overloaded'): DomainError {
  const whose = code === 'rate_limited' ? 'of your kernels' : 'kernels';
  return new DomainError(code, `Too many ${whose} are waiting for their start; try again.`, {
    retryAfterSeconds: 10,
  });
}
