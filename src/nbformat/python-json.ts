import { isLosslessNumber } from 'lossless-json';
import { DomainError } from '../errors.js';
import { compareCodePoints } from './compare-code-points.js';
import type { JsonValue } from './json.js';
import { pythonFloat } from './python-number.js';

/**
 * Writes a value as Python's `json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, separators=(',', ': '))`
 * does. Plain numbers that are not whole are written as Python floats.
 * @throws DomainError `invalid_notebook` for a string with a lone surrogate, which UTF-8 cannot hold
 * @see https://docs.python.org/3/library/json.html#json.dumps
 */
export function pythonJson(value: JsonValue): string {
  return write(value, '\n');
}

/** @param newLine the line break with the indentation of the line that the value begins on */
function write(value: JsonValue, newLine: string): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return writeNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  if (isLosslessNumber(value)) return value.value;
  const inner = `${newLine} `;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[${inner}${value.map((item) => write(item, inner)).join(`,${inner}`)}${newLine}]`;
  }
  const keys = Object.keys(value).sort(compareCodePoints);
  if (keys.length === 0) return '{}';
  const members = keys.map((key) => `${quote(key)}: ${write(value[key]!, inner)}`);
  return `{${inner}${members.join(`,${inner}`)}${newLine}}`;
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) return 'null';
  const asInteger = String(value);
  return /^-?\d+$/.test(asInteger) ? asInteger : pythonFloat(value);
}

/** JSON.stringify escapes what Python does, and lone surrogates besides. */
function quote(text: string): string {
  if (!text.isWellFormed()) {
    throw new DomainError('invalid_notebook', 'The notebook has a text that is not valid Unicode.');
  }
  return JSON.stringify(text);
}
