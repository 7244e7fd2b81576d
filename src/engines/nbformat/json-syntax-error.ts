/** A fault of a JSON text. The message contains nothing of the text. */
export class JsonSyntaxError extends SyntaxError {
  /** @param position of the fault in the text, in UTF-16 code units */
  constructor(
    readonly reason: string,
    readonly position: number,
  ) {
    super(`The JSON text ${reason} at position ${position}.`);
    this.name = 'JsonSyntaxError';
  }
}
