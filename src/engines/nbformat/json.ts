import { encodeLongTexts } from './encode-long-texts.js';
import { isPlainJson } from './is-plain-json.js';
import { JsonReader } from './json-reader.js';
import { writeJson } from './write-json.js';

/** For shorter texts the difference is not worth two ways. */
const minPlainLength = 16 * 1024;

/**
 * Parses JSON text as Python's `json.loads` does, and keeps every number: a number that JavaScript would write differently
 * from Python (`1.0`, `1e-05`, integers beyond 2^53) becomes a `LosslessNumber` with Python's token, every other one a plain
 * number. `NaN` and infinite numbers become null. Of equal keys the last one counts.
 * @throws SyntaxError for other texts, for nesting deeper than 500 and for more than five million values; its message
 *   contains nothing of the text
 * @see https://www.rfc-editor.org/rfc/rfc8259
 * @example
 * stringifyJson(parseJson('{"width": 1.0}')); // '{"width":1.0}'
 */
export function parseJson(text: string): unknown {
  return plainValue(text) ?? new JsonReader(text).read();
}

/**
 * Reads the JSON of a request as {@link parseJson} does, but what is no finite number becomes NaN: a field of a number type
 * refuses NaN, and would take null for an absent value.
 * @throws SyntaxError as {@link parseJson}
 */
export function parseRequestJson(text: string): unknown {
  return plainValue(text) ?? new JsonReader(text, Number.NaN).read();
}

/** The value of a large text that needs no reader of our own; undefined for other texts, of which that finds the faults. */
function plainValue(text: string): unknown {
  if (text.length < minPlainLength || !isPlainJson(text)) return undefined;
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

/**
 * Writes compact JSON: each `LosslessNumber` as its token, each `JsonText` as it is, every other value as `JSON.stringify`
 * does.
 * @param value a JSON value, not undefined
 */
export function stringifyJson(value: unknown): string {
  return writeJson(value).toString();
}

/**
 * The same as {@link stringifyJson}, in UTF-8 where a `JsonText` would have to be decoded first. Long texts are written in
 * steps that leave the event loop free in between.
 */
export async function jsonBody(value: unknown): Promise<string | Uint8Array<ArrayBuffer>> {
  const pieces = writeJson(value, await encodeLongTexts(value));
  return pieces.hasBytes ? pieces.toBytesInSteps() : pieces.toString();
}
