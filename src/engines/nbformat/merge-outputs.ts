import { DomainError } from '../../errors.js';
import { encodeNotebook } from './encode-notebook.js';
import { isJsonObject } from './json-object.js';
import type { JsonObject } from './json-value.js';
import { mergeWidgets } from './merge-widgets.js';
import { normalizeNotebook } from './normalize-notebook.js';
import type { CodeCell, Notebook, Output } from './notebook.js';
import { readNotebook } from './read-notebook.js';
import { storableOutputs } from './storable-outputs.js';

/** What a run of a cell has produced. */
export interface CellOutputs {
  /** The id of the cell, or its index, from 0. */
  cell: string | number;
  /** The source that was run. */
  source: string;
  /** As nbformat has them; multi-line fields may be joined. */
  outputs: readonly object[];
  executionCount: number | null;
}

/** What is written into a stored notebook. */
export interface NotebookMerge {
  cells: readonly CellOutputs[];
  /** Members of the notebook's metadata that are set, `widgets` as {@link mergeWidgets} does; default none. */
  metadata?: JsonObject;
}

/**
 * Puts the outputs of runs into the cells of a stored notebook, in place of those that the cells have. All else stays as it is.
 * @returns the bytes of the notebook
 * @throws DomainError `not_found` for a code cell that the notebook does not have; `source_mismatch` for one with another
 *   source; `invalid_notebook` for outputs that nbformat does not allow; `unreadable_file`
 */
export function mergeOutputs(bytes: Uint8Array, { cells, metadata = {} }: NotebookMerge): Uint8Array {
  const notebook = readNotebook(bytes);
  const merged = [...notebook.cells];
  for (const ran of cells) {
    const at =
      typeof ran.cell === 'number' ? ran.cell : notebook.cells.findIndex(({ id }) => id === ran.cell);
    merged[at] = withOutputs(merged[at], ran);
  }
  const withMetadata = { ...notebook.metadata, ...metadata };
  if (isJsonObject(metadata.widgets))
    withMetadata.widgets = mergeWidgets(merged, notebook.metadata.widgets, metadata.widgets as JsonObject);
  return encodeNotebook({ ...notebook, cells: merged, metadata: withMetadata }).bytes;
}

function withOutputs(cell: Notebook['cells'][number] | undefined, ran: CellOutputs): CodeCell {
  if (cell?.cell_type !== 'code')
    throw new DomainError('not_found', 'The notebook has no such code cell any more; read its file again.');
  if (cell.source !== ran.source)
    throw new DomainError(
      'source_mismatch',
      'The cell has another source than the one that ran; run it again.',
    );
  return { ...cell, outputs: validOutputs(ran), execution_count: ran.executionCount };
}

function validOutputs(ran: CellOutputs): Output[] {
  const outputs = storableOutputs(ran.outputs);
  const cell = { cell_type: 'code', metadata: {}, source: '', outputs, execution_count: ran.executionCount };
  const { cells } = normalizeNotebook({ cells: [cell], metadata: {}, nbformat: 4, nbformat_minor: 4 });
  return (cells[0] as CodeCell).outputs;
}
