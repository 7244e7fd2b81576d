/**
 * Makes a generator that can be returned while it waits: a generator that waits for a promise cannot, so its wait must be ended
 * first.
 * @param generate ends its waits when the signal aborts
 * @param signal ends it too; default none
 */
export function abortableIterator<T>(
  generate: (end: AbortSignal) => AsyncGenerator<T>,
  signal?: AbortSignal,
): AsyncIterableIterator<T> {
  const own = new AbortController();
  const items = generate(signal ? AbortSignal.any([own.signal, signal]) : own.signal);
  return {
    next: () => items.next(),
    return: () => {
      own.abort();
      return items.return(undefined);
    },
    throw: (error) => {
      own.abort();
      return items.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
