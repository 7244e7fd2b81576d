import { randomUUID } from 'node:crypto';
import { CellSpans, type ItemSpans } from './cell-spans.js';
import { isPlainJson } from './is-plain-json.js';

/** This many cells, or characters, are parsed together: few enough for the young generation of the heap. */
const maxBatchCells = 1_000;
const maxBatchLength = 1024 * 1024;
const closeArray = ']';

/** Thrown where a text is to be read as a whole, because it is unusual or has a fault, which then gets its name. */
export class NeedsWhole extends Error {}

/**
 * A JSON text whose arrays of cells are parsed in batches. The objects of a whole large notebook outlive their parsing, so the
 * garbage collector copies them again and again; those of a batch do not.
 */
export class CellBatches {
  /** The text, in which each array of cells has one string only: see {@link indexOf}. */
  readonly outer: string;
  /** The number of arrays of cells. */
  readonly count: number;
  readonly #text: string;
  readonly #spans: ItemSpans[];
  readonly #mark: string;

  private constructor(text: string, spans: ItemSpans[]) {
    this.#text = text;
    this.#spans = spans;
    this.#mark = randomUUID();
    this.count = spans.length;
    this.outer = this.#withMarks();
  }

  /**
   * @param maxDepth the level of the objects with a member `cells`; the outermost one is at 1
   * @throws NeedsWhole for a text without cells, and for one that `JSON.parse` may read otherwise than `parseJson`
   */
  static of(text: string, maxDepth: number): CellBatches {
    const spans = new CellSpans(maxDepth);
    if (!isPlainJson(text, spans) || spans.found.length === 0) throw new NeedsWhole();
    return new CellBatches(text, spans.found);
  }

  /** The index of the array that the only string of `cells` stands for; undefined for other values. */
  indexOf(cells: unknown): number | undefined {
    const [mark] = Array.isArray(cells) && cells.length === 1 ? cells : [];
    if (typeof mark !== 'string' || !mark.startsWith(this.#mark)) return undefined;
    return Number(mark.slice(this.#mark.length));
  }

  /** The cells of an array, batch by batch. @throws NeedsWhole for what is no JSON */
  *batches(index: number): Generator<unknown[]> {
    const { start, ends } = this.#spans[index]!;
    let from = start;
    for (let first = 0; first < ends.length; ) {
      let next = first + 1;
      while (next < ends.length && next - first < maxBatchCells && ends[next]! - from <= maxBatchLength)
        next++;
      const to = ends[next - 1]!;
      yield parsed(this.#text.slice(from, to), next - first);
      from = to + 1;
      first = next;
    }
  }

  #withMarks(): string {
    let outer = '';
    let from = 0;
    for (const [index, { start, ends }] of this.#spans.entries()) {
      outer += `${this.#text.slice(from, start)}"${this.#mark}${index}"`;
      from = ends.at(-1)!;
      if (this.#text[from] !== closeArray) throw new NeedsWhole();
    }
    return outer + this.#text.slice(from);
  }
}

/** @param count the number of items: an item without any text would vanish */
function parsed(items: string, count: number): unknown[] {
  const cells = parsedJson(`[${items}]`) as unknown[];
  if (cells.length !== count) throw new NeedsWhole();
  return cells;
}

/** `JSON.parse` of a part of a text that {@link CellBatches} has accepted. @throws NeedsWhole for what is no JSON */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new NeedsWhole();
  }
}
