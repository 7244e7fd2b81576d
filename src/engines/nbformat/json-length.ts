import { isLosslessNumber } from 'lossless-json';
import { JsonText } from './json-text.js';

/** Of a number, `true`, `false` or `null`. */
const shortLength = 8;

/** About as many bytes as a value has in JSON, without writing it. */
export function jsonLength(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value) + 2;
  if (typeof value !== 'object' || value === null) return shortLength;
  if (isLosslessNumber(value)) return value.value.length;
  if (value instanceof JsonText) return value.bytes.length;
  let length = 2;
  if (Array.isArray(value)) {
    for (const item of value) length += 1 + jsonLength(item);
  } else {
    for (const key in value)
      length += Buffer.byteLength(key) + 4 + jsonLength((value as Record<string, unknown>)[key]);
  }
  return length;
}
