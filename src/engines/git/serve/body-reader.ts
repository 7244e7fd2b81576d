import { DomainError } from '../../../errors.js';

/** Reads a stream of bytes first by length, then what is left of it. */
export class BodyReader {
  private held: Buffer = Buffer.alloc(0);
  private readonly chunks: AsyncIterator<Buffer>;

  /** @param most the bytes after which every method throws `payload_too_large` */
  constructor(input: AsyncIterable<Buffer>, most: number) {
    this.chunks = bounded(input, most);
  }

  /** Exactly so many bytes; null when the stream ends before. */
  async read(length: number): Promise<Buffer | null> {
    while (this.held.length < length) {
      const next = await this.chunks.next();
      if (next.done) return null;
      this.held = Buffer.concat([this.held, next.value]);
    }
    const bytes = this.held.subarray(0, length);
    this.held = this.held.subarray(length);
    return bytes;
  }

  /** All that was not read. */
  async *rest(): AsyncGenerator<Buffer> {
    if (this.held.length > 0) yield this.held;
    this.held = Buffer.alloc(0);
    for (let next = await this.chunks.next(); !next.done; next = await this.chunks.next()) yield next.value;
  }

  /** Reads the rest and drops it: a client reads no answer before it has sent everything. */
  async drop(): Promise<void> {
    for await (const _ of this.rest());
  }
}

async function* bounded(input: AsyncIterable<Buffer>, most: number): AsyncGenerator<Buffer> {
  let bytes = 0;
  for await (const chunk of input) {
    bytes += chunk.length;
    if (bytes > most)
      throw new DomainError('payload_too_large', 'The push is over the limit; push in parts.');
    yield chunk;
  }
}
