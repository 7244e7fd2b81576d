import type { Lease, Leases } from './leases.js';

/** The leases of the embedded database, which only one process uses: names in memory. */
export class LocalLeases implements Leases {
  /** By name: a symbol that identifies the holder. */
  readonly #held = new Map<string, symbol>();

  async tryTake(name: string): Promise<Lease | null> {
    if (this.#held.has(name)) return null;
    const holder = Symbol(name);
    this.#held.set(name, holder);
    return {
      lost: new AbortController().signal,
      release: async () => {
        if (this.#held.get(name) === holder) this.#held.delete(name);
      },
    };
  }

  async isHeld(name: string): Promise<boolean> {
    return this.#held.has(name);
  }

  async close(): Promise<void> {
    this.#held.clear();
  }
}
