import { DomainError } from '../../errors.js';
import { completeCellIds } from './cell-ids.js';
import { parseJson } from './json.js';
import type { JsonObject } from './json-value.js';
import { joinMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import { notebookFaults } from './notebook-faults.js';
import { stripTransient } from './strip-transient.js';

/**
 * Reads stored bytes into the form in which Jupyter's contents API answers notebooks: multi-line fields are joined, and
 * missing or repeated cell ids of nbformat 4.5 are replaced by unique ones. The same bytes always give the same notebook.
 * @throws DomainError `unreadable_file` for bytes that are not UTF-8, not JSON or not a valid notebook of nbformat 4.0 to 4.5
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/contents.html#data-model
 */
export function readNotebook(bytes: Uint8Array): Notebook {
  const stored = stripTransient(parseBytes(bytes));
  if (notebookFaults(stored).length > 0) {
    throw unreadable('not a valid notebook of nbformat 4.0 to 4.5');
  }
  const notebook = joinMultiline(stored);
  return notebook.nbformat_minor < 5 ? notebook : { ...notebook, cells: completeCellIds(notebook.cells) };
}

function parseBytes(bytes: Uint8Array): JsonObject {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw unreadable('not UTF-8', cause);
  }
  try {
    return parseJson(text) as JsonObject;
  } catch (cause) {
    throw unreadable('not JSON', cause);
  }
}

function unreadable(why: string, cause?: unknown): DomainError {
  return new DomainError('unreadable_file', `This file is ${why}; it can be read with git only.`, { cause });
}
