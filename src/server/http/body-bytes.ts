/**
 * The memory of the whole body is allocated when so many bytes have arrived: a sender who only promises a large body gets none,
 * and thirty of them would make the garbage collector run. To copy this many takes about a millisecond.
 */
const minReceived = 8 * 1024 * 1024;

/**
 * Collects the bytes of a body. Those of a large one are copied together as they arrive, because to copy 60 MB at the
 * end would keep other requests waiting.
 */
export class BodyBytes {
  readonly #expected: number;
  #chunks: Buffer[] = [];
  #whole: Buffer | undefined;
  #length = 0;

  /** @param expected the length as the header `Content-Length` has it; 0 where it is not known */
  constructor(expected: number) {
    this.#expected = expected;
  }

  /** Adds the next bytes. They are not more than expected: the HTTP parser has checked that. */
  add(chunk: Buffer): void {
    if (this.#whole) chunk.copy(this.#whole, this.#length);
    else this.#chunks.push(chunk);
    this.#length += chunk.length;
    if (!this.#whole && this.#expected > minReceived && this.#length >= minReceived) this.#allocate();
  }

  /** All bytes; those of a large body in memory of their own. */
  whole(): Buffer {
    return this.#whole ?? (this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks));
  }

  #allocate(): void {
    this.#whole = Buffer.allocUnsafeSlow(this.#expected);
    let at = 0;
    for (const chunk of this.#chunks) at += chunk.copy(this.#whole, at);
    this.#chunks = [];
  }
}
