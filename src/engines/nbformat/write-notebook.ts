import type { JsonObject } from './json.js';
import { splitMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import { pythonJson } from './python-json.js';
import { stripTransient } from './strip-transient.js';

/**
 * The bytes that Python's `nbformat.write(notebook, file, version=nbformat.NO_CONVERT)` writes: UTF-8, one-space indent,
 * keys sorted by code point, multi-line strings as lists of lines, a final newline.
 * @param notebook as read or normalized; it stays as it is
 * @throws DomainError `invalid_notebook` for a text with a lone surrogate, which UTF-8 cannot hold
 */
export function writeNotebook(notebook: Notebook): Uint8Array {
  const stored: JsonObject = splitMultiline(stripTransient(notebook));
  return new TextEncoder().encode(`${pythonJson(stored)}\n`);
}
