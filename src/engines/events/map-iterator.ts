/**
 * Maps an async iterator's values. Unlike a generator, returning it reaches the source at once, also while a value is
 * being waited for.
 */
export function mapIterator<A, B>(source: AsyncIterator<A>, map: (value: A) => B): AsyncIterableIterator<B> {
  return {
    async next() {
      const { done, value } = await source.next();
      return done ? { done: true, value: undefined } : { done: false, value: map(value) };
    },
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
