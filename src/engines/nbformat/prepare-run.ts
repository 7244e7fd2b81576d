import { invalidField } from '../../errors.js';
import { encodeNotebook } from './encode-notebook.js';
import { isJsonObject } from './json-object.js';
import type { JsonValue } from './json-value.js';
import type { Cell, Notebook } from './notebook.js';
import { readNotebook } from './read-notebook.js';

/** What is run of a notebook. */
export interface RunSelection {
  /** The index of the first cell, from 0. */
  firstCell: number;
  /** The index of the last cell; null for the end. */
  lastCell: number | null;
  /** The source of the cell that sets the parameters; null for none. */
  parameterSource: string | null;
}

/** A code cell that is run. */
export interface PlannedCell {
  /** In the prepared notebook, from 0. */
  index: number;
  id: string | null;
  source: string;
  /** Whether the cell has the tag `raises-exception`: an exception of it does not end the run. */
  mayRaise: boolean;
}

/** A notebook before its run. */
export interface PreparedRun {
  /** The notebook with the cell of the parameters, and without the outputs of the cells that are to run. */
  bytes: Uint8Array;
  cells: PlannedCell[];
  /** The name of the kernel in the metadata of the notebook; null for none. */
  kernelName: string | null;
}

const injectedTag = 'injected-parameters';

/**
 * Prepares a stored notebook for a run. The cell of the parameters follows the cell with the tag `parameters`, or is the first;
 * that of an earlier run is replaced. As in nbclient, empty cells and those with the tag `skip-execution` are not run.
 * @throws DomainError `invalid_request` for a range beyond the notebook; `unreadable_file`
 * @see https://papermill.readthedocs.io/en/latest/usage-parameterize.html
 */
export function prepareRun(bytes: Uint8Array, selection: RunSelection): PreparedRun {
  const notebook = readNotebook(bytes);
  checkRange(notebook, selection);
  const { firstCell, lastCell } = selection;
  const inRange = new Set(notebook.cells.slice(firstCell, lastCell === null ? undefined : lastCell + 1));
  const selected = withParameters(notebook, selection.parameterSource, inRange);
  const cells = selected.map((cell) => (isRun(cell, inRange) ? withoutOutputs(cell) : cell));
  const planned = selected.flatMap((cell, index) => (isRun(cell, inRange) ? [plannedCell(cell, index)] : []));
  return {
    bytes: encodeNotebook({ ...notebook, cells }).bytes,
    cells: planned,
    kernelName: kernelNameOf(notebook),
  };
}

function checkRange({ cells }: Notebook, { firstCell, lastCell }: RunSelection): void {
  const noCell = `must be the index of a cell; the notebook has ${cells.length}`;
  if (firstCell > 0 && firstCell >= cells.length) throw invalidField('firstCell', noCell, 'mismatch');
  if (lastCell === null) return;
  if (lastCell >= cells.length) throw invalidField('lastCell', noCell, 'mismatch');
  if (lastCell < firstCell) throw invalidField('lastCell', 'must not be before the first cell', 'mismatch');
}

/** @param inRange gets the new cell */
function withParameters(notebook: Notebook, source: string | null, inRange: Set<Cell>): Cell[] {
  const { cells } = notebook;
  if (source === null) return cells;
  const before = cells.findIndex((cell) => hasTag(cell, injectedTag));
  const declared = cells.findIndex((cell) => hasTag(cell, 'parameters'));
  const id = notebook.nbformat_minor < 5 ? {} : { id: newId(cells, before) };
  const injected: Cell = {
    ...{ cell_type: 'code', ...id, metadata: { tags: [injectedTag] }, source },
    ...{ outputs: [], execution_count: null },
  };
  inRange.add(injected);
  if (before >= 0) return cells.with(before, injected);
  return cells.toSpliced(declared + 1, 0, injected);
}

/** The same for the same notebook, so that a repeated run changes no more than it must. */
function newId(cells: readonly Cell[], replaced: number): string {
  const known = cells[replaced]?.id;
  if (known !== undefined) return known;
  const taken = new Set(cells.map(({ id }) => id));
  for (let count = 0; ; count++) {
    const id = count === 0 ? injectedTag : `${injectedTag}-${count}`;
    if (!taken.has(id)) return id;
  }
}

function isRun(cell: Cell, inRange: ReadonlySet<Cell>): boolean {
  return (
    inRange.has(cell) &&
    cell.cell_type === 'code' &&
    cell.source.trim() !== '' &&
    !hasTag(cell, 'skip-execution')
  );
}

function withoutOutputs(cell: Cell): Cell {
  return { ...cell, outputs: [], execution_count: null } as Cell;
}

function plannedCell(cell: Cell, index: number): PlannedCell {
  return { index, id: cell.id ?? null, source: cell.source, mayRaise: hasTag(cell, 'raises-exception') };
}

function hasTag({ metadata }: Cell, tag: string): boolean {
  const { tags } = metadata;
  return Array.isArray(tags) && tags.includes(tag);
}

function kernelNameOf({ metadata }: Notebook): string | null {
  const spec: JsonValue | undefined = metadata.kernelspec;
  return isJsonObject(spec) && typeof spec.name === 'string' ? spec.name : null;
}
