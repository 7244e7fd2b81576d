import { readNotebook } from '../read-notebook.js';
import { writeJson } from '../write-json.js';
import {
  type CellQuery,
  compareNotebooks,
  type NotebookDifference,
  type ShownCell,
} from './compare-notebooks.js';

/**
 * Compares the bytes of two stored notebooks; see {@link compareNotebooks}. The cells of the answer are JSON in UTF-8.
 * @throws DomainError `unreadable_file`
 */
export function compareFiles(
  base: Uint8Array,
  head: Uint8Array,
  query: CellQuery,
): NotebookDifference<Uint8Array<ArrayBuffer>> {
  const difference = compareNotebooks(readNotebook(base), readNotebook(head), query);
  return { ...difference, cells: difference.cells.map(written) };
}

function written(cell: ShownCell): ShownCell<Uint8Array<ArrayBuffer>> {
  return {
    ...cell,
    base: cell.base && writeJson(cell.base).toBytes(),
    head: cell.head && writeJson(cell.head).toBytes(),
  };
}
