import { boundedBody } from '../../../validation/bounded-body.js';

/** Reads the beginning of a push by length, and then passes on the rest as a stream. */
export class BodyReader {
  #unread: Buffer = Buffer.alloc(0);
  readonly #chunks: AsyncIterator<Buffer>;

  /** @param maxBytes the limit above which every method throws `payload_too_large` */
  constructor(input: AsyncIterable<Buffer>, maxBytes: number) {
    this.#chunks = boundedBody(input, maxBytes, 'The push is over the limit; push in parts.');
  }

  /** Reads exactly `length` bytes; null when the stream ends before. */
  async read(length: number): Promise<Buffer | null> {
    while (this.#unread.length < length) {
      const next = await this.#chunks.next();
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
    for (let next = await this.#chunks.next(); !next.done; next = await this.#chunks.next()) yield next.value;
  }

  /** Reads the rest and drops it, because a client reads no answer before it has sent everything. */
  async drop(): Promise<void> {
    for await (const _ of this.rest());
  }
}
