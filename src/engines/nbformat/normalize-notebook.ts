import { FieldError, type FieldFault } from '../../errors.js';
import { completeCellIds, duplicateCellIds } from './cell-ids.js';
import type { JsonObject } from './json-value.js';
import { maxFaults } from './limits.js';
import { joinMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import type { NotebookFault } from './notebook-fault.js';
import { notebookFaults } from './notebook-faults.js';
import { storageFaults } from './storage-faults.js';
import { stripTransient } from './strip-transient.js';

/** The maximum number of UTF-16 units of a name in a path: clients choose names, which may have any length. */
const maxNameLength = 100;

/**
 * Validates a client's notebook and converts it into the form in which notebooks are answered: multi-line fields are joined,
 * missing cell ids of nbformat 4.5 are added, and metadata that is not stored is removed.
 * @param value parsed JSON; multi-line fields may be joined or lists of lines
 * @throws DomainError `invalid_notebook` with the first 20 faults; the path of each begins with `notebook`
 */
export function normalizeNotebook(value: unknown): Notebook {
  refuse(storageFaults(value));
  refuse(notebookFaults(value));
  const notebook = joinMultiline(stripTransient(value as JsonObject));
  if (notebook.nbformat_minor < 5) return notebook;
  refuse(duplicateCellIds(notebook.cells).map(duplicateId));
  return { ...notebook, cells: completeCellIds(notebook.cells) };
}

function duplicateId(index: number): NotebookFault {
  return {
    path: ['cells', index, 'id'],
    msg: 'must differ from the ids of earlier cells',
    type: 'duplicate_id',
  };
}

/** @throws DomainError `invalid_notebook` if there are faults */
function refuse(faults: NotebookFault[]): void {
  const [first, ...more] = faults.slice(0, maxFaults).map(fieldFault);
  if (first) throw new FieldError('invalid_notebook', [first, ...more]);
}

function fieldFault({ path, msg, type }: NotebookFault): FieldFault {
  return { path: ['notebook', ...path.map(shorten)], message: msg, type };
}

function shorten(name: string | number): string | number {
  return typeof name === 'number' ? name : name.slice(0, maxNameLength).toWellFormed();
}
