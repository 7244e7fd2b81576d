/** Shares the Git processes that run at the same time between clients. */
export interface ProcessSlots {
  /**
   * Waits for a slot.
   * @param client whose share of the slots it uses
   * @param signal ends the wait
   * @returns gives the slot back
   * @throws DomainError `overloaded`, `rate_limited` when too many wait
   */
  enter(client: string, signal: AbortSignal): Promise<() => void>;
}

/** Runs Git processes in the slots that there are. */
export class ProcessGate {
  readonly #slots: ProcessSlots | undefined;

  /** @param slots default as many as are asked for */
  constructor(slots?: ProcessSlots) {
    this.#slots = slots;
  }

  /** Runs `act` as soon as a slot is free. @throws what {@link ProcessSlots} and `act` throw */
  async run<T>(client: string, signal: AbortSignal, act: () => Promise<T>): Promise<T> {
    const leave = await this.#slots?.enter(client, signal);
    try {
      return await act();
    } finally {
      leave?.();
    }
  }
}
