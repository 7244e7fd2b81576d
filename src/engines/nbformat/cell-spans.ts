/** Where the items of an array are in a JSON text. */
export interface ItemSpans {
  /** The position after the bracket that opens the array. */
  start: number;
  /** By item, the position of the comma or bracket after it. */
  ends: number[];
}

const name = '"cells"';
const lastLetter = 0x73;
const openArray = 0x5b;

/** Finds the arrays that are the value of a member `cells`, while something else goes through a JSON text. */
export class CellSpans {
  /** Those that are complete, in the order of the text. An array inside of another one is not among them. */
  readonly found: ItemSpans[] = [];
  readonly #maxDepth: number;
  #open: ItemSpans | undefined;
  #depth = 0;
  #isNext = false;

  /** @param maxDepth the level of the objects whose members are looked at; the outermost one is at 1 */
  constructor(maxDepth: number) {
    this.#maxDepth = maxDepth;
  }

  /** A colon follows a name. One with white space before it is not looked at, because nobody writes that. */
  colon(text: string, at: number): void {
    this.#isNext = text.charCodeAt(at - 2) === lastLetter && text.startsWith(name, at - name.length);
  }

  /** A bracket or brace opens a value. @param depth the level inside of it */
  open(code: number, at: number, depth: number): void {
    if (this.#isNext && code === openArray && !this.#open && depth <= this.#maxDepth + 1) {
      this.#open = { start: at + 1, ends: [] };
      this.#depth = depth;
    }
    this.#isNext = false;
  }

  /** A comma separates two values at a level. */
  comma(at: number, depth: number): void {
    this.#isNext = false;
    if (this.#open && depth === this.#depth) this.#open.ends.push(at);
  }

  /** A bracket or brace closes a value. @param depth the level inside of it */
  close(at: number, depth: number): void {
    if (!this.#open || depth !== this.#depth) return;
    this.#open.ends.push(at);
    this.found.push(this.#open);
    this.#open = undefined;
  }
}
