/**
 * Makes an async iterator from a function that waits for the next value. Unlike a generator, returning it takes effect
 * at once, also while a value is being waited for.
 * @param pull the next value, or `undefined` at the end; not called again after the end or a failure
 * @param stop frees what is held and ends a pending `pull`; called once
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
