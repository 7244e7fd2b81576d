import type { CellSpans } from './cell-spans.js';
import { maxNesting, maxValues } from './limits.js';

/** Longer integers may not be exact in JavaScript. */
const maxDigits = 15;
/**
 * A float that JavaScript and Python write with these digits again: at most 15 digits, no zero at its end, and not too small.
 */
const plainFloat = /^-?(?!\d+\.0{4})(?=[\d.]{3,16}$)(?:0|[1-9]\d*)\.\d*[1-9]$/;

/**
 * Whether `JSON.parse` reads a text as `parseJson` does, which is several times as slow: it nests no deeper and has
 * no more values than that allows, and JavaScript writes all its numbers with the same digits again. A text that is
 * no JSON may count as plain: `JSON.parse` refuses it.
 * @param spans finds the arrays of cells in passing; default none
 */
export function isPlainJson(text: string, spans?: CellSpans): boolean {
  let depth = 0;
  let values = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      at = endOfString(text, at);
      if (at === -1) return false;
    } else if (code === comma) {
      values++;
      spans?.comma(at, depth);
    } else if (code === colon) spans?.colon(text, at);
    else if (code === openObject || code === openArray) {
      values++;
      depth++;
      if (depth > maxNesting) return false;
      spans?.open(code, at, depth);
    } else if (code === closeObject || code === closeArray) {
      spans?.close(at, depth);
      depth--;
    } else if (code === minus || (code >= zero && code <= nine)) {
      const end = endOfNumber(text, at);
      if (!isPlainNumber(text, at, end)) return false;
      at = end - 1;
    }
  }
  return values <= maxValues;
}

const quote = 0x22;
const plus = 0x2b;
const comma = 0x2c;
const minus = 0x2d;
const dot = 0x2e;
const zero = 0x30;
const nine = 0x39;
const colon = 0x3a;
const openArray = 0x5b;
const backslash = 0x5c;
const closeArray = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;
/** Longer strings are searched for their end by `indexOf`, which is fast but slow to begin. */
const shortString = 48;

/** The position of the quote that ends the string from `start` on; -1 when there is none. */
function endOfString(text: string, start: number): number {
  const soon = Math.min(text.length, start + shortString);
  let at = start + 1;
  for (; at < soon; at++) {
    const code = text.charCodeAt(at);
    if (code === backslash) at++;
    else if (code === quote) return at;
  }
  for (let end = text.indexOf('"', at); end !== -1; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (before >= at && text.charCodeAt(before) === backslash) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return -1;
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1;
  for (; end < text.length; end++) {
    const code = text.charCodeAt(end);
    const isPart =
      (code >= zero && code <= nine) ||
      code === dot ||
      code === plus ||
      code === minus ||
      (code | 0x20) === 0x65;
    if (!isPart) break;
  }
  return end;
}

function isPlainNumber(text: string, start: number, end: number): boolean {
  let isInteger = true;
  for (let at = start + 1; at < end; at++) {
    const code = text.charCodeAt(at);
    if (code < zero || code > nine) isInteger = false;
  }
  if (!isInteger) return end - start <= maxDigits + 2 && plainFloat.test(text.slice(start, end));
  const isNegative = text.charCodeAt(start) === minus;
  // JavaScript reads -0 as a number with a sign, and Python as the integer 0.
  if (isNegative && text.charCodeAt(start + 1) === zero) return false;
  return end - start - (isNegative ? 1 : 0) <= maxDigits;
}
