/** For how long a result is used again, so that nobody gets one that is much older than their request for it. */
const maxAgeMs = 1_000;

interface SharedResult {
  begunAt: number;
  result: Promise<unknown>;
}

/**
 * Does some work once for all who ask for it about the same object: later ones get the same promise for one second, unless it
 * has rejected. Nothing is kept longer than the object.
 * @example
 * const value = await results.get(event, userId, () => readFor(userId, event));
 */
export class SharedResults {
  readonly #results = new WeakMap<object, Map<string, SharedResult>>();

  /**
   * @param about an object that everybody has who may share the result
   * @param key what else the result depends on, above all who may see it
   */
  get<T>(about: object, key: string, work: () => Promise<T>): Promise<T> {
    let results = this.#results.get(about);
    if (!results) {
      results = new Map();
      this.#results.set(about, results);
    }
    const known = results.get(key);
    const now = performance.now();
    if (known && now - known.begunAt < maxAgeMs) return known.result as Promise<T>;
    const result = work();
    const shared = { begunAt: now, result };
    results.set(key, shared);
    // Who asks after an error tries again.
    result.catch(() => {
      if (results.get(key) === shared) results.delete(key);
    });
    return result;
  }
}
