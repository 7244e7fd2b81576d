import { boundedBody } from '../../../validation/bounded-body.js';

/** Reads the beginning of a push by length, and then passes on the rest as a stream. */
export class BodyReader {
  #unread: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;
  #failure: unknown;

  /** @param maxBytes the limit above which every method throws `payload_too_large` */
  constructor(input: AsyncIterable<Buffer>, maxBytes: number) {
    this.#chunks = boundedBody(input, maxBytes, 'The push is over the limit; push in parts.');
  }

  /** Reads exactly `length` bytes; null when the stream ends before. */
  async read(length: number): Promise<Buffer | null> {
    while (this.#unread.length < length) {
      const next = await this.#next();
      if (next.done) return null;
      this.#unread = Buffer.concat([this.#unread, next.value]);
    }
    const bytes = this.#unread.subarray(0, length);
    this.#unread = this.#unread.subarray(length);
    return bytes;
  }

  /** Passes on everything that was not read. */
  async *rest(): AsyncGenerator<Buffer> {
    if (this.#unread.length > 0) yield this.#unread;
    this.#unread = Buffer.alloc(0);
    for (let next = await this.#next(); !next.done; next = await this.#next()) yield next.value;
  }

  /** A generator that has thrown looks finished from then on, but a body over the limit must fail each time. */
  async #next(): Promise<IteratorResult<Buffer>> {
    if (this.#failure) throw this.#failure;
    try {
      return await this.#chunks.next();
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  /** Reads the rest and drops it, because a client reads no answer before it has sent everything. */
  async drop(): Promise<void> {
    for await (const _ of this.rest());
  }
}
