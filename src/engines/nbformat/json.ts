import { type LosslessNumber, stringify } from 'lossless-json';
import { JsonReader } from './json-reader.js';

/** A value of {@link parseJson}. */
export type JsonValue = null | boolean | number | string | LosslessNumber | JsonValue[] | JsonObject;

/** An object of {@link parseJson}; a key `__proto__` is an ordinary own property. */
export interface JsonObject {
  [key: string]: JsonValue;
}

/**
 * Parses JSON text (RFC 8259) as Python's `json.loads` does, keeping every number. One that a JavaScript number would
 * not write as Python does (`1.0`, `1e-05`, most integers beyond 2^53) becomes a `LosslessNumber` with Python's token;
 * all others are plain numbers. `NaN` and infinite numbers are read as null. Of equal keys the last one counts.
 * @throws SyntaxError for other texts, nesting deeper than 200 and more than five million values; its message holds
 *   nothing of the text
 */
export function parseJson(text: string): unknown {
  return new JsonReader(text).read();
}

/**
 * Writes compact JSON: each `LosslessNumber` as its token, everything else as `JSON.stringify` does.
 * @param value a value that JSON can hold; not undefined
 */
export function stringifyJson(value: unknown): string {
  return stringify(value) as string;
}
