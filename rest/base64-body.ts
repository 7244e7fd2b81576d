import { valueAt } from './response-plan.js';

/** The parts of a stream of bytes, e.g. of a file. */
export interface Parts<T> {
  /** The next part; undefined at the end. */
  next(): Promise<T | undefined>;
  /** To be called by whoever leaves before the end. */
  close(): Promise<unknown>;
}

/** @param at the dotted path of a part in the data that the stream yields */
export function partsOf<T>(source: AsyncIterableIterator<unknown>, at: string): Parts<T> {
  return {
    async next() {
      const { done, value } = await source.next();
      return done ? undefined : (valueAt(value, at) as T);
    },
    close: async () => source.return?.(),
  };
}

/**
 * A body of base64 parts. The next part is read when the client has taken the last one.
 * @param first was read already; undefined for an empty body
 */
export function base64Body<T extends { base64: string }>(
  first: T | undefined,
  { next, close }: Parts<T>,
): ReadableStream<Uint8Array> {
  let ready = first;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        let part = ready ?? (await next());
        ready = undefined;
        // A pull that gives nothing would be the last one.
        while (part?.base64 === '') part = await next();
        if (part) controller.enqueue(new Uint8Array(Buffer.from(part.base64, 'base64')));
        else controller.close();
      },
      async cancel() {
        await close();
      },
    },
    { highWaterMark: 0 },
  );
}
