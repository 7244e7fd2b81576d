/** A call of its own for each time that it was added. */
interface Entry {
  call(event: never): void;
}

/**
 * Listeners by name. Unlike an `EventEmitter`, it removes one of a thousand listeners without searching for it, so
 * that a thousand streams may end together.
 */
export class ListenerSets {
  readonly #byName = new Map<string, Set<Entry>>();

  /** Adds a listener. Returns the function that removes it. */
  add<T>(name: string, listener: (event: T) => void): () => void {
    const entry: Entry = { call: listener };
    const entries = this.#byName.get(name) ?? new Set();
    this.#byName.set(name, entries.add(entry));
    return () => {
      entries.delete(entry);
      if (entries.size === 0 && this.#byName.get(name) === entries) this.#byName.delete(name);
    };
  }

  /** Calls the listeners of a name in the order in which they were added; those that are added meanwhile are not called. */
  call(name: string, event: unknown): void {
    for (const { call } of [...(this.#byName.get(name) ?? [])]) call(event as never);
  }

  /** The number of listeners of a name. */
  count(name: string): number {
    return this.#byName.get(name)?.size ?? 0;
  }
}
