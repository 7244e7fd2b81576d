import { LosslessNumber } from 'lossless-json';
import { pythonNumberToken } from './python-number.js';

/** The position of the quote that ends the string which begins at `start`, or -1 when there is none. */
export function endOfString(text: string, start: number): number {
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

/**
 * The value of a JSON number token: a plain number if that writes what Python would, a `LosslessNumber` if it does
 * not, null if Python reads it as infinite.
 * @throws SyntaxError for an integer with more digits than Python reads
 */
export function numberOfToken(token: string): number | LosslessNumber | null {
  const written = pythonNumberToken(token);
  if (written === null) return null;
  const value = Number(written);
  return String(value) === written ? value : new LosslessNumber(written);
}
