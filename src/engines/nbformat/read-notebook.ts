import { invalidUtf8Offset } from '../../validation/invalid-utf8-offset.js';
import { completeCellIds } from './cell-ids.js';
import { parseJson } from './json.js';
import { isJsonObject } from './json-object.js';
import { JsonSyntaxError } from './json-syntax-error.js';
import type { JsonObject } from './json-value.js';
import { joinMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import type { NotebookFault } from './notebook-fault.js';
import { notebookFaults } from './notebook-faults.js';
import { stripTransient } from './strip-transient.js';
import { UnreadableNotebookError } from './unreadable-notebook-error.js';

/** At the beginning of a line. @see https://git-scm.com/docs/git-merge#_how_conflicts_are_presented */
const conflictMarker = /^(?:<{7}|>{7}) /m;
/** Characters of a path in an error text: the keys in it are content. */
const maxShownPath = 200;

/**
 * Reads stored bytes into the form in which Jupyter's contents API answers notebooks: multi-line fields are joined, and
 * missing or repeated cell ids of nbformat 4.5 are replaced by unique ones. The same bytes always give the same notebook.
 * @throws DomainError `unreadable_file` for bytes that are not UTF-8, not JSON or not a valid notebook of nbformat 4.0 to 4.5;
 *   it names the fault with its byte offset or its path
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/contents.html#data-model
 */
export function readNotebook(bytes: Uint8Array): Notebook {
  const parsed = parseBytes(bytes);
  // A copy of what is no object would be one.
  const stored = isJsonObject(parsed) ? stripTransient(parsed) : parsed;
  const [fault] = notebookFaults(stored);
  if (fault) throw new UnreadableNotebookError(notebookFault(stored, fault));
  const notebook = joinMultiline(stored as JsonObject);
  return notebook.nbformat_minor < 5 ? notebook : { ...notebook, cells: completeCellIds(notebook.cells) };
}

function parseBytes(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw new UnreadableNotebookError(`is not UTF-8 at byte ${invalidUtf8Offset(bytes)}`, cause);
  }
  try {
    return parseJson(text);
  } catch (cause) {
    throw new UnreadableNotebookError(textFault(text, cause), cause);
  }
}

function textFault(text: string, error: unknown): string {
  if (text.trim() === '') return 'is an empty file';
  if (text.startsWith('\ufeff')) return 'begins with a byte order mark, which JSON does not have';
  const marker = conflictMarker.exec(text);
  if (marker) return `has conflict markers of a merge at byte ${byteOffset(text, marker.index)}`;
  if (!(error instanceof JsonSyntaxError)) return 'is not JSON';
  return `is not JSON that can be read: it ${error.reason} at byte ${byteOffset(text, error.position)}`;
}

function byteOffset(text: string, position: number): number {
  return Buffer.byteLength(text.slice(0, position));
}

function notebookFault(stored: unknown, { path, msg, type }: NotebookFault): string {
  if (type === 'unsupported_version' && isJsonObject(stored)) {
    const { nbformat, nbformat_minor: minor } = stored;
    if (Number.isInteger(nbformat)) {
      const version = nbformat === 4 && Number.isInteger(minor) ? `4.${minor}` : nbformat;
      return `is nbformat ${version}; only nbformat 4.0 to 4.5 is read`;
    }
  }
  const at = path.length === 0 ? 'its root' : path.join('.').toWellFormed().slice(0, maxShownPath);
  return `is not a valid notebook of nbformat 4.0 to 4.5: ${at} ${msg}`;
}
