import { isLosslessNumber } from 'lossless-json';
import { DomainError } from '../../errors.js';
import { compareCodePoints } from './compare-code-points.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { maxValues } from './limits.js';
import { numberOfToken } from './number-of-token.js';
import { pythonNumber } from './python-number.js';

/**
 * Returns what `parseJson(pythonJson(value))` returns, without writing and parsing: a copy with sorted keys and with numbers in
 * the form in which they are read.
 * @throws DomainError `invalid_notebook` for a value with more parts than `parseJson` reads
 */
export function asParsed<T extends JsonValue>(value: T): T {
  let count = 0;
  return convert(value) as T;

  function convert(part: JsonValue): JsonValue {
    count += 1;
    if (count > maxValues) throw tooManyValues();
    if (typeof part === 'number') return readAgain(part);
    if (typeof part !== 'object' || part === null) return part;
    if (Array.isArray(part)) return part.map(convert);
    return isLosslessNumber(part) ? numberOfToken(part.value) : convertObject(part);
  }

  function convertObject(object: JsonObject): JsonObject {
    const keys = Object.keys(object).sort(compareCodePoints);
    return Object.fromEntries(keys.map((key) => [key, convert(object[key]!)]));
  }
}

function readAgain(value: number): JsonValue {
  const token = pythonNumber(value);
  return token === null ? null : numberOfToken(token);
}

function tooManyValues(): DomainError {
  return new DomainError('invalid_notebook', `The notebook has more than ${maxValues} values and lines.`);
}
