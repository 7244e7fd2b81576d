/** Puts an item that was read back before the others. */
export function withFirst<T>(first: T, rest: AsyncIterableIterator<T>): AsyncIterableIterator<T> {
  let isRead = false;
  return {
    async next() {
      if (isRead) return rest.next();
      isRead = true;
      return { done: false, value: first };
    },
    async return(value) {
      await rest.return?.();
      return { done: true, value };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
