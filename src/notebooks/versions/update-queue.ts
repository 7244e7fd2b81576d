interface Entry<T> {
  current: Promise<T>;
  /** The update that starts when the current one has ended; all who ask meanwhile share it. */
  next?: Promise<T>;
}

/**
 * Runs the updates of a key one after the other, at most one at a time. Requests that come while an update runs share the
 * next one, so that each request gets an update that began after it.
 */
export class UpdateQueue<T> {
  readonly #entries = new Map<string, Entry<T>>();

  /** Whether an update of the key runs. */
  isRunning(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Runs an update that begins no earlier than now. @throws what the update throws */
  run(key: string, update: () => Promise<T>): Promise<T> {
    const entry = this.#entries.get(key);
    if (!entry) return this.#begin(key, update);
    entry.next ??= entry.current.catch(() => {}).then(() => this.#begin(key, update));
    return entry.next;
  }

  /** Resolves when the updates that run now have ended. */
  async idle(): Promise<void> {
    await Promise.allSettled([...this.#entries.values()].map(({ current }) => current));
  }

  #begin(key: string, update: () => Promise<T>): Promise<T> {
    const entry: Entry<T> = { current: update() };
    this.#entries.set(key, entry);
    entry.current
      .catch(() => {})
      .finally(() => {
        if (this.#entries.get(key) === entry && !entry.next) this.#entries.delete(key);
      });
    return entry.current;
  }
}
