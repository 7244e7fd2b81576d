import { DomainError } from '../../errors.js';
import { completeCellIds, duplicateCellIds } from './cell-ids.js';
import type { JsonObject } from './json.js';
import { mostFaults } from './limits.js';
import { joinMultiline } from './multiline-fields.js';
import type { Notebook } from './notebook.js';
import type { NotebookFault } from './notebook-fault.js';
import { notebookFaults } from './notebook-faults.js';
import { storageFaults } from './storage-faults.js';
import { stripTransient } from './strip-transient.js';

/** The most UTF-16 units of a name that are told: names are the client's, and may be of any length. */
const longestName = 100;

/**
 * Checks a client's notebook and brings it into the form that is answered: multi-line fields joined, missing ids of
 * nbformat 4.5 added, without metadata that belongs in no file.
 * @param value parsed JSON; multi-line fields may be joined or lists of lines
 * @throws DomainError `invalid_notebook` whose `fields` tell the first 20 faults; each `loc` begins `body`, `notebook`
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

/** @throws DomainError `invalid_notebook` if there are any faults */
function refuse(faults: NotebookFault[]): void {
  const [first] = faults;
  if (!first) return;
  const fields = faults.slice(0, mostFaults).map(({ path, msg, type }) => ({
    loc: ['body', 'notebook', ...path.map(shorten)],
    msg,
    type,
  }));
  throw new DomainError('invalid_notebook', `${fields[0]!.loc.slice(1).join('.')}: ${first.msg}.`, {
    fields,
  });
}

function shorten(name: string | number): string | number {
  return typeof name === 'number' ? name : name.slice(0, longestName).toWellFormed();
}
