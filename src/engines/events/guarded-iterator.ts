/** An iterator that other code than its reader can end with an error. */
export interface GuardedIterator<T> {
  iterator: AsyncIterableIterator<T>;
  /** Ends the iterator: the pending or the next `next` rejects with the error, and the source is returned. */
  fail(error: unknown): void;
}

/** Wraps a source. Calls `onEnd` once, in whichever way the iterator ends. */
export function guardedIterator<T>(source: AsyncIterator<T>, onEnd: () => void): GuardedIterator<T> {
  let open = true;
  let failure: { error: unknown } | undefined;
  let waiting: { resolve(result: IteratorResult<T>): void; reject(error: unknown): void } | undefined;

  function end(): void {
    if (!open) return;
    open = false;
    onEnd();
  }
  function leave(): void {
    end();
    // Not awaited, because the source may hang in its own return.
    source.return?.()?.catch(() => {});
  }

  const iterator: AsyncIterableIterator<T> = {
    async next() {
      if (failure) {
        const { error } = failure;
        failure = undefined;
        throw error;
      }
      if (!open) return { done: true, value: undefined };
      try {
        const result = await new Promise<IteratorResult<T>>((resolve, reject) => {
          waiting = { resolve, reject };
          source.next().then(resolve, reject);
        });
        if (result.done) end();
        return result;
      } catch (error) {
        end();
        throw error;
      } finally {
        waiting = undefined;
      }
    },
    async return() {
      failure = undefined;
      leave();
      waiting?.resolve({ done: true, value: undefined });
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
  return {
    iterator,
    fail(error) {
      if (!open) return;
      if (!waiting) failure = { error };
      leave();
      waiting?.reject(error);
    },
  };
}
