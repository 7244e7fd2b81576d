/**
 * A JSON value that is written already, e.g. the answer of a large notebook. `stringifyJson` and `jsonBytes` insert it as it
 * is, so that nothing has to parse it.
 */
export class JsonText {
  /** The text in UTF-8. */
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  /** The text; a copy. */
  toString(): string {
    return Buffer.from(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength).toString();
  }
}
