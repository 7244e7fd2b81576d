import type { NotebookOutput } from './notebook-output.js';
import { TextParts } from './text-parts.js';

/** Shorter ones are not cut: their head and tail would say nothing. In characters. */
const minCutLength = 16 * 1024;
/** What an output has beside its text, in characters of JSON. */
const overhead = 50;
/** The head of all that are not cut; it is never added to. */
const nothing = new TextParts();

/** The text of one stream output. Once it is cut, its head and its tail stay, with the number of characters between them. */
export class KeptStream {
  readonly name: string;
  #head = nothing;
  #tail = new TextParts();
  #cut = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** About, in characters of JSON. */
  get size(): number {
    return overhead + this.#head.size + this.#tail.size;
  }

  get isCut(): boolean {
    return this.#cut > 0;
  }

  get output(): NotebookOutput {
    const left = this.isCut ? `\n[… ${this.#cut} characters are left out here …]\n` : '';
    return { output_type: 'stream', name: this.name, text: `${this.#head}${left}${this.#tail}` };
  }

  add(text: string): void {
    this.#tail.add(text);
  }

  /** Leaves out about half of the text, in its middle. False when the text is too short for that. */
  cut(): boolean {
    const before = this.#head.length + this.#tail.length;
    if (before < minCutLength) return false;
    if (!this.isCut) {
      const quarter = this.#tail.length >> 2;
      this.#head = this.#tail.first(quarter);
      this.#tail = this.#tail.last(quarter);
    } else if (this.#head.length > this.#tail.length) {
      this.#head = this.#head.first(this.#head.length >> 1);
    } else {
      this.#tail = this.#tail.last(this.#tail.length >> 1);
    }
    this.#cut += before - this.#head.length - this.#tail.length;
    return true;
  }
}
