/** Keeps the results that wait for one slow client few: who makes them waits here. */
export interface OutputGate {
  /** Waits until there is room for one more result. @throws Error when the stream was closed */
  admit(): Promise<void>;
  /** The client took a result. */
  sent(): void;
  /** Lets everybody go who waits. */
  close(): void;
}

const mostWaiting = 32;

/** Makes an {@link OutputGate}. */
export function createOutputGate(limit = mostWaiting): OutputGate {
  let waiting = 0;
  let closed = false;
  let queue: (() => void)[] = [];
  return {
    async admit() {
      while (!closed && waiting >= limit) await new Promise<void>((resolve) => queue.push(resolve));
      if (closed) throw new Error('the stream was closed');
      waiting++;
    },
    sent() {
      waiting--;
      queue.shift()?.();
    },
    close() {
      closed = true;
      for (const resolve of queue) resolve();
      queue = [];
    },
  };
}
