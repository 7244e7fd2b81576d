/**
 * Creates an async iterator from a function that waits for the next value. Unlike a generator, its `return` takes effect
 * immediately, even while a `next` is pending.
 * @param pull returns the next value, or `undefined` at the end; not called again after the end or an error
 * @param stop releases resources and ends a pending `pull`; called once
 */
export function pullIterator<T>(
  pull: () => Promise<T | undefined>,
  stop: () => void,
): AsyncIterableIterator<T> {
  let ended = false;
  const end = () => {
    if (ended) return;
    ended = true;
    stop();
  };
  return {
    async next() {
      if (ended) return { done: true, value: undefined };
      try {
        const value = await pull();
        if (value !== undefined && !ended) return { done: false, value };
      } catch (error) {
        end();
        throw error;
      }
      end();
      return { done: true, value: undefined };
    },
    async return() {
      end();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
