import { asParsed } from './as-parsed.js';
import type { JsonObject } from './json-value.js';
import { joinMultiline, splitMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import { pythonJson } from './python-json.js';
import { stripTransient } from './strip-transient.js';

/** The bytes of a notebook, and the notebook that `readNotebook` reads from these bytes. */
export interface EncodedNotebook {
  bytes: Uint8Array;
  notebook: Notebook;
}

/**
 * Writes the same bytes as Python's `nbformat.write(notebook, file, version=nbformat.NO_CONVERT)`: UTF-8, indented by one
 * space, keys sorted by code point, multi-line strings as lists of lines, a final newline. Also returns the notebook as these
 * bytes contain it, so that a save can answer it without parsing and validating the bytes.
 * @param notebook from `readNotebook` or `normalizeNotebook`; it is not modified
 * @throws DomainError `invalid_notebook` for a text with a lone surrogate, which UTF-8 cannot encode, and for more values than
 *   a file may have (each line of a multi-line text is one)
 * @see https://nbformat.readthedocs.io/en/latest/api.html#nbformat.write
 * @example
 * const { bytes, notebook } = encodeNotebook(normalizeNotebook(body.notebook));
 */
export function encodeNotebook(notebook: Notebook): EncodedNotebook {
  const stored = splitMultiline(stripTransient(notebook));
  return { notebook: joinMultiline(asParsed(stored)), bytes: storedBytes(stored) };
}

/**
 * The same for a large notebook: its answer is written and not returned as an object.
 * @throws DomainError what {@link encodeNotebook} throws
 */
export function encodeAndAnswer(notebook: Notebook): {
  bytes: Uint8Array<ArrayBuffer>;
  answer: Uint8Array<ArrayBuffer>;
} {
  const kept = stripTransient(notebook);
  return {
    bytes: storedBytes(splitMultiline(kept)),
    answer: pythonJson(kept as unknown as JsonObject, 'compact').toBytes(),
  };
}

function storedBytes(stored: JsonObject): Uint8Array<ArrayBuffer> {
  const pieces = pythonJson(stored, 'indented');
  pieces.add('\n');
  return pieces.toBytes();
}
