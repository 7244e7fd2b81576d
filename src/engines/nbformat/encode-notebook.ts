import type { JsonObject } from './json-value.js';
import { splitMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import { pythonJson } from './python-json.js';
import { stripTransient } from './strip-transient.js';

/**
 * Writes the same bytes as Python's `nbformat.write(notebook, file, version=nbformat.NO_CONVERT)`: UTF-8, indented by one
 * space, keys sorted by code point, multi-line strings as lists of lines, a final newline.
 * @param notebook from `readNotebook` or `normalizeNotebook`; it is not modified
 * @throws DomainError `invalid_notebook` for a text with a lone surrogate, which UTF-8 cannot encode
 * @see https://nbformat.readthedocs.io/en/latest/api.html#nbformat.write
 */
export function writeNotebook(notebook: Notebook): Uint8Array {
  const stored: JsonObject = splitMultiline(stripTransient(notebook));
  return new TextEncoder().encode(`${pythonJson(stored)}\n`);
}
