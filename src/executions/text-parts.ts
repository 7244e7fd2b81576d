/** Shorter ones are joined, so that very many short texts are few parts. In characters. */
const minPartLength = 16 * 1024;

interface Part {
  text: string;
  size: number;
}

/** A text that grows at its end and is cut at either end. What it has is measured once, when it is added. */
export class TextParts {
  #parts: Part[] = [];
  #length = 0;
  #size = 0;

  /** In characters. */
  get length(): number {
    return this.#length;
  }

  /** About, in characters of a JSON string. */
  get size(): number {
    return this.#size;
  }

  add(text: string): void {
    this.#add({ text, size: sizeOf(text) });
  }

  /** Its first characters, as a new text. */
  first(length: number): TextParts {
    const found = new TextParts();
    for (const part of this.#parts) {
      const left = length - found.length;
      if (left <= 0) break;
      if (part.text.length <= left) found.#add({ ...part });
      else found.add(copyOf(part.text, 0, left));
    }
    return found;
  }

  /** Its last characters, as a new text. */
  last(length: number): TextParts {
    const found = new TextParts();
    let skipped = this.#length - length;
    for (const part of this.#parts) {
      if (skipped <= 0) found.#add({ ...part });
      else if (skipped < part.text.length) found.add(copyOf(part.text, skipped));
      skipped -= part.text.length;
    }
    return found;
  }

  toString(): string {
    return this.#parts.map(({ text }) => text).join('');
  }

  #add(part: Part): void {
    this.#length += part.text.length;
    this.#size += part.size;
    const last = this.#parts.at(-1);
    if (!last || last.text.length + part.text.length > minPartLength) this.#parts.push(part);
    else {
      last.text += part.text;
      last.size += part.size;
    }
  }
}

function sizeOf(text: string): number {
  return JSON.stringify(text).length - 2;
}

/** A part of a text as a copy, because a slice would keep the whole text in memory. */
function copyOf(text: string, start: number, end?: number): string {
  return Buffer.from(text.slice(start, end), 'utf16le').toString('utf16le');
}
