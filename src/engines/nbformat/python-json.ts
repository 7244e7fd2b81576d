import { isLosslessNumber } from 'lossless-json';
import { DomainError } from '../../errors.js';
import { compareCodePoints } from './compare-code-points.js';
import type { JsonObject, JsonValue } from './json-value.js';
import { pythonNumber } from './python-number.js';

/**
 * Writes a value as Python's `json.dumps(value, indent=1, sort_keys=True, ensure_ascii=False, separators=(',', ': '))`
 * does. Plain numbers that are not integers are written as Python floats.
 * @throws DomainError `invalid_notebook` for a string with a lone surrogate, which UTF-8 cannot encode
 * @see https://docs.python.org/3/library/json.html#json.dumps
 */
export function pythonJson(value: JsonValue): string {
  return write(value, '\n');
}

/** @param newLine a line break and the indentation of the line on which the value begins */
function write(value: JsonValue, newLine: string): string {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number') return pythonNumber(value) ?? 'null';
  if (value === null || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return writeArray(value, newLine);
  return isLosslessNumber(value) ? value.value : writeObject(value, newLine);
}

// The texts grow by `+=`, which copies nothing; joining lists of parts would copy a large text at each level.

function writeArray(array: JsonValue[], newLine: string): string {
  if (array.length === 0) return '[]';
  const inner = `${newLine} `;
  let text = '[';
  for (const item of array) {
    if (text !== '[') text += ',';
    text += inner;
    text += write(item, inner);
  }
  return `${text}${newLine}]`;
}

function writeObject(object: JsonObject, newLine: string): string {
  const inner = `${newLine} `;
  let text = '{';
  for (const key of Object.keys(object).sort(compareCodePoints)) {
    if (text !== '{') text += ',';
    text += inner;
    text += `${quote(key)}: `;
    text += write(object[key]!, inner);
  }
  return text === '{' ? '{}' : `${text}${newLine}}`;
}

/** JSON.stringify escapes the same characters as Python, and also lone surrogates. */
function quote(text: string): string {
  if (!text.isWellFormed()) {
    throw new DomainError('invalid_notebook', 'The notebook has a text that is not valid Unicode.');
  }
  return JSON.stringify(text);
}
