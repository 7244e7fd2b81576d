import { LosslessNumber } from 'lossless-json';
import { pythonNumberToken } from './python-number.js';

/**
 * The value of a number token: a plain number if JavaScript writes it as Python does, else a `LosslessNumber` with Python's
 * token; null for a float beyond the range of a double.
 * @param token a number of the JSON grammar, https://www.rfc-editor.org/rfc/rfc8259#section-6
 * @throws SyntaxError for an integer with more digits than Python reads
 */
export function numberOfToken(token: string): number | LosslessNumber | null {
  const written = pythonNumberToken(token);
  if (written === null) return null;
  const value = Number(written);
  return String(value) === written ? value : new LosslessNumber(written);
}
