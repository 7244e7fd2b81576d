import { LoopPace } from '../../paging/loop-pace.js';

const maxPieceLength = 65_536;
/** This many bytes are copied in one step. */
const stepBytes = 4 * 1024 * 1024;

/**
 * Collects a long text in pieces. One long string that grows by `+=` is a tree of its parts until it is read, and costs several
 * times the memory and the time.
 */
export class TextPieces {
  readonly #pieces: (string | Uint8Array)[] = [];
  #text = '';
  #hasBytes = false;

  /** Adds a text. */
  add(text: string): void {
    this.#text += text;
    if (this.#text.length >= maxPieceLength) this.#cut();
  }

  /** Adds a text that is in UTF-8 already. */
  addBytes(bytes: Uint8Array): void {
    this.#cut();
    this.#pieces.push(bytes);
    this.#hasBytes = true;
  }

  /** Whether {@link addBytes} was called. */
  get hasBytes(): boolean {
    return this.#hasBytes;
  }

  /** The whole text. */
  toString(): string {
    if (this.#pieces.length === 0) return this.#text;
    this.#cut();
    return this.#pieces
      .map((piece) => (typeof piece === 'string' ? piece : Buffer.from(piece).toString()))
      .join('');
  }

  /** The whole text in UTF-8, in memory of its own. */
  toBytes(): Uint8Array<ArrayBuffer> {
    this.#cut();
    const parts = this.#pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }

  /** {@link toBytes} in steps that leave the event loop free in between; for pieces that are all in UTF-8, or few. */
  async toBytesInSteps(): Promise<Uint8Array<ArrayBuffer>> {
    this.#cut();
    const pace = new LoopPace();
    const parts = this.#pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : piece));
    const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const part of parts) {
      for (let from = 0; from < part.length; from += stepBytes) {
        await pace.next();
        whole.set(part.subarray(from, from + stepBytes), at + from);
      }
      at += part.length;
    }
    return whole;
  }

  #cut(): void {
    if (this.#text !== '') this.#pieces.push(this.#text);
    this.#text = '';
  }
}
