import { isLosslessNumber } from 'lossless-json';
import { DomainError } from '../../errors.js';
import { compareCodePoints } from './compare-code-points.js';
import { showNumbers } from './hidden-numbers.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { maxValues } from './limits.js';
import { pythonNumber } from './python-number.js';
import { sortForStringify } from './sort-for-stringify.js';
import { TextPieces } from './text-pieces.js';

/**
 * Writes a value as Python's `json.dumps(value, sort_keys=True, ensure_ascii=False)` does. Plain numbers that are not integers
 * are written as Python floats.
 * @param style `indented` with `indent=1, separators=(',', ': ')`, `compact` with `separators=(',', ':')`
 * @throws DomainError `invalid_notebook` for a string with a lone surrogate, which UTF-8 cannot encode, and for more values
 *   than `parseJson` reads
 * @see https://docs.python.org/3/library/json.html#json.dumps
 */
export function pythonJson(value: JsonValue, style: 'indented' | 'compact'): TextPieces {
  const sorted = sortForStringify(value);
  if (sorted !== null) {
    const pieces = new TextPieces();
    pieces.add(showNumbers(JSON.stringify(sorted, null, style === 'indented' ? 1 : 0)));
    return pieces;
  }
  const writer = new PythonWriter(style === 'indented');
  writer.write(value, style === 'indented' ? '\n' : '');
  return writer.pieces;
}

class PythonWriter {
  readonly pieces = new TextPieces();
  readonly #isIndented: boolean;
  #count = 0;

  constructor(isIndented: boolean) {
    this.#isIndented = isIndented;
  }

  /** @param newLine a line break and the indentation of the line on which the value begins; empty for compact text */
  write(value: JsonValue, newLine: string): void {
    this.#count += 1;
    if (this.#count > maxValues) throw tooManyValues();
    if (typeof value === 'string') this.pieces.add(quote(value));
    else if (typeof value === 'number') this.pieces.add(pythonNumber(value) ?? 'null');
    else if (value === null || typeof value === 'boolean') this.pieces.add(String(value));
    else if (Array.isArray(value)) this.#writeArray(value, newLine);
    else if (isLosslessNumber(value)) this.pieces.add(value.value);
    else this.#writeObject(value, newLine);
  }

  #writeArray(array: JsonValue[], newLine: string): void {
    if (array.length === 0) {
      this.pieces.add('[]');
      return;
    }
    const inner = this.#isIndented ? `${newLine} ` : '';
    let before = `[${inner}`;
    for (const item of array) {
      this.pieces.add(before);
      this.write(item, inner);
      before = `,${inner}`;
    }
    this.pieces.add(`${newLine}]`);
  }

  #writeObject(object: JsonObject, newLine: string): void {
    const keys = sortedKeys(object);
    if (keys.length === 0) {
      this.pieces.add('{}');
      return;
    }
    const inner = this.#isIndented ? `${newLine} ` : '';
    const colon = this.#isIndented ? ': ' : ':';
    let before = `{${inner}`;
    for (const key of keys) {
      this.pieces.add(before + quote(key) + colon);
      this.write(object[key]!, inner);
      before = `,${inner}`;
    }
    this.pieces.add(`${newLine}}`);
  }
}

/** Units from the first surrogate on, which the usual order of JavaScript sorts otherwise than by code points. */
const needsCodePoints = /[\ud800-\uffff]/;

function sortedKeys(object: JsonObject): string[] {
  const keys = Object.keys(object);
  if (keys.length < 2) return keys;
  return keys.some((key) => needsCodePoints.test(key)) ? keys.sort(compareCodePoints) : keys.sort();
}

/** JSON.stringify escapes the same characters as Python, and also lone surrogates. */
function quote(text: string): string {
  if (!text.isWellFormed()) {
    throw new DomainError('invalid_notebook', 'The notebook has a text that is not valid Unicode.');
  }
  return JSON.stringify(text);
}

function tooManyValues(): DomainError {
  return new DomainError('invalid_notebook', `The notebook has more than ${maxValues} values and lines.`);
}
