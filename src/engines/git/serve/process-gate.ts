import { BoundedSlots } from '../../events/bounded-slots.js';

/** Runs a few Git processes at the same time, and fewer of each client. Some more wait, and all others are refused. */
export class ProcessGate {
  readonly #slots = new BoundedSlots({
    slots: 4,
    slotsPerUser: 2,
    maxWaiting: 64,
    maxWaitingPerUser: 32,
    maxWaitMs: 60_000,
    work: 'clones, fetches and pushes',
  });

  /**
   * Runs `act` as soon as a slot is free.
   * @param client whose share of the slots it uses
   * @param signal ends the wait
   * @throws DomainError `overloaded` when 64 wait already, or after a minute of waiting, `rate_limited` when 32 of the client
   *   wait; and what `act` throws
   */
  async run<T>(client: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const leave = await this.#slots.enter(client, signal);
    try {
      return await act();
    } finally {
      leave();
    }
  }
}
