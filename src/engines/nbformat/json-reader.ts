import { JsonSyntaxError } from './json-syntax-error.js';
import type { JsonValue } from './json-value.js';
import { maxNesting, maxValues } from './limits.js';
import { numberOfToken } from './number-of-token.js';

/** A number: https://www.rfc-editor.org/rfc/rfc8259#section-6 */
const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** Integers of so many digits are exact in JavaScript. */
const maxFastDigits = 15;
/** The literals, and the non-finite numbers of https://docs.python.org/3/library/json.html#infinite-and-nan-number-values */
const word = /true|false|null|NaN|-?Infinity/y;

/**
 * Reads one JSON text. It exists because `JSON.parse` loses the tokens of numbers, and because the parser of lossless-json
 * builds strings one character at a time, which costs 30 bytes of memory and 0.1 µs for each.
 * @see https://www.rfc-editor.org/rfc/rfc8259
 */
export class JsonReader {
  readonly #text: string;
  readonly #nonFinite: number | null;
  #at = 0;
  #values = 0;

  /** @param nonFinite what NaN, infinite numbers and floats beyond the range of a double become; default null */
  constructor(text: string, nonFinite: number | null = null) {
    this.#text = text;
    this.#nonFinite = nonFinite;
  }

  /** Reads the whole text. @throws SyntaxError */
  read(): JsonValue {
    const value = this.#value(0);
    if (this.#at < this.#text.length) throw this.#unexpected();
    return value;
  }

  /** Reads a value with the white space before and after it. */
  #value(depth: number): JsonValue {
    this.#values++;
    if (this.#values > maxValues) throw this.#fault(`has more than ${maxValues} values`);
    this.#skipSpace();
    const value = this.#bareValue(depth);
    this.#skipSpace();
    return value;
  }

  #bareValue(depth: number): JsonValue {
    const first = this.#text[this.#at];
    if (first === '"') return this.#string();
    if (first === '{' || first === '[') {
      if (depth === maxNesting) throw this.#fault(`nests deeper than ${maxNesting} levels`);
      return first === '{' ? this.#object(depth + 1) : this.#array(depth + 1);
    }
    const integer = this.#shortInteger();
    if (integer !== undefined) return integer;
    const token = this.#match(number);
    if (token !== undefined) return numberOfToken(token) ?? this.#nonFinite;
    switch (this.#match(word)) {
      case undefined:
        throw this.#unexpected();
      case 'true':
        return true;
      case 'false':
        return false;
      case 'null':
        return null;
      default:
        return this.#nonFinite;
    }
  }

  #object(depth: number): JsonValue {
    const object: Record<string, JsonValue> = {};
    this.#at++;
    this.#skipSpace();
    if (this.#take('}')) return object;
    do {
      this.#skipSpace();
      if (this.#text[this.#at] !== '"') throw this.#unexpected();
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(':')) throw this.#unexpected();
      const value = this.#value(depth);
      if (key === '__proto__') {
        Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
      } else {
        object[key] = value;
      }
    } while (this.#take(','));
    if (!this.#take('}')) throw this.#unexpected();
    return object;
  }

  #array(depth: number): JsonValue {
    const array: JsonValue[] = [];
    this.#at++;
    this.#skipSpace();
    if (this.#take(']')) return array;
    do array.push(this.#value(depth));
    while (this.#take(','));
    if (!this.#take(']')) throw this.#unexpected();
    return array;
  }

  #string(): string {
    const start = this.#at;
    const end = endOfString(this.#text, start);
    if (end === -1) throw this.#unexpected();
    this.#at = end + 1;
    try {
      // A copy, not a slice: a slice would keep the whole text in memory.
      return JSON.parse(this.#text.slice(start, end + 1));
    } catch {
      throw new JsonSyntaxError('has an invalid string', start);
    }
  }

  /** Reads short integers, the usual numbers of notebooks, several times as fast as the pattern. */
  #shortInteger(): number | undefined {
    let end = this.#at;
    let value = 0;
    let code = this.#text.charCodeAt(end);
    while (code >= 48 && code <= 57 && end - this.#at < maxFastDigits) {
      value = value * 10 + code - 48;
      code = this.#text.charCodeAt(++end);
    }
    const isAll = code !== 46 && code !== 101 && code !== 69 && !(code >= 48 && code <= 57);
    const hasLeadingZero = end - this.#at > 1 && this.#text[this.#at] === '0';
    if (end === this.#at || !isAll || hasLeadingZero) return undefined;
    this.#at = end;
    return value;
  }

  #skipSpace(): void {
    let code = this.#text.charCodeAt(this.#at);
    while (code === 32 || code === 10 || code === 13 || code === 9) code = this.#text.charCodeAt(++this.#at);
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #unexpected(): JsonSyntaxError {
    return this.#fault(
      this.#at < this.#text.length ? 'has an unexpected character' : 'has an unexpected end',
    );
  }

  #fault(reason: string): JsonSyntaxError {
    return new JsonSyntaxError(reason, this.#at);
  }
}

/** The position of the quote that ends the string from `start` on; -1 when there is none. */
function endOfString(text: string, start: number): number {
  let end = start;
  do end = text.indexOf('"', end + 1);
  while (end !== -1 && isEscaped(text, end));
  return end;
}

function isEscaped(text: string, position: number): boolean {
  let before = position - 1;
  while (text[before] === '\\') before--;
  return (position - before) % 2 === 0;
}
