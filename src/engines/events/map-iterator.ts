/**
 * Maps the values of an async iterator. Unlike a generator, its `return` reaches the source immediately, even while a
 * `next` is pending.
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
