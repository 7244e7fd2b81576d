import type { NotebookOutput } from './notebook-output.js';

/** Shorter ones are not cut: their head and tail would say nothing. In characters. */
const minCutLength = 16 * 1024;
/** What an output has beside its text, in characters of JSON. */
const overhead = 50;

/** The text of one stream output. Once it is cut, its head and its tail stay, with the number of characters between them. */
export class KeptStream {
  readonly name: string;
  #head = '';
  #tail = '';
  #cut = 0;
  #size = overhead;

  constructor(name: string) {
    this.name = name;
  }

  /** About, in characters of JSON. */
  get size(): number {
    return this.#size;
  }

  get isCut(): boolean {
    return this.#cut > 0;
  }

  get output(): NotebookOutput {
    const left = this.isCut ? `\n[… ${this.#cut} characters are left out here …]\n` : '';
    return { output_type: 'stream', name: this.name, text: this.#head + left + this.#tail };
  }

  add(text: string): void {
    this.#tail += text;
    this.#size += sizeOf(text);
  }

  /** Leaves out about half of the text, in its middle. False when the text is too short for that. */
  cut(): boolean {
    if (this.#head.length + this.#tail.length < minCutLength) return false;
    const before = this.#head.length + this.#tail.length;
    if (!this.isCut) {
      this.#head = slice(this.#tail, 0, this.#tail.length >> 2);
      this.#tail = slice(this.#tail, -(this.#tail.length >> 2));
    } else if (this.#head.length > this.#tail.length) {
      this.#head = slice(this.#head, 0, this.#head.length >> 1);
    } else {
      this.#tail = slice(this.#tail, -(this.#tail.length >> 1));
    }
    this.#cut += before - this.#head.length - this.#tail.length;
    this.#size = overhead + sizeOf(this.#head) + sizeOf(this.#tail);
    return true;
  }
}

function sizeOf(text: string): number {
  return JSON.stringify(text).length - 2;
}

/** A part of a text as a copy, because a slice would keep the whole text in memory. */
function slice(text: string, start: number, end?: number): string {
  return Buffer.from(text.slice(start, end), 'utf16le').toString('utf16le');
}
