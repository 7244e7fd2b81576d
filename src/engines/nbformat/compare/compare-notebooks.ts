import type { Cell, Notebook } from '../notebook.js';
import { type CellPart, changedParts } from './cell-parts.js';
import { type LineHunk, lineHunks } from './line-hunks.js';
import { type CellPairs, matchCells } from './match-cells.js';
import { type MetadataChange, metadataChanges } from './metadata-changes.js';
import { movedCells } from './moved-cells.js';

/** What became of a cell; `moved` is one that nothing else changed. */
export type CellStatus = 'added' | 'removed' | 'modified' | 'moved' | 'unchanged';

/** A cell of one or of both notebooks. */
export interface CellDifference {
  status: CellStatus;
  /** Whether the cell comes before or after others than in the base. */
  isMoved: boolean;
  /** From 0; null where the base does not have the cell. */
  baseIndex: number | null;
  /** From 0; null where the head does not have the cell. */
  headIndex: number | null;
  /** What differs; empty for a cell that one side does not have. */
  changes: CellPart[];
}

/** A {@link CellDifference} with its content. */
export interface ShownCell<T = Cell> extends CellDifference {
  /** Null where the base does not have the cell, and where both are the same. */
  base: T | null;
  /** Null where the head does not have the cell. */
  head: T | null;
  /** Of the source; empty where it is the same. */
  hunks: LineHunk[];
}

/** Which cells are shown. */
export interface CellQuery {
  take: number;
  skip: number;
  /** Leaves out cells that are unchanged. */
  isChangedOnly: boolean;
}

/** How two notebooks differ. */
export interface NotebookDifference<T = Cell> {
  /** The cells of a page, in the order of the head; removed ones follow the cell that they followed in the base. */
  cells: ShownCell<T>[];
  /** All cells that the query names, also those of other pages. */
  total: number;
  /** By what became of them, all cells. */
  counts: Record<CellStatus, number>;
  metadata: MetadataChange[];
  baseMinor: number;
  headMinor: number;
}

/** Compares two notebooks cell by cell. */
export function compareNotebooks(base: Notebook, head: Notebook, query: CellQuery): NotebookDifference {
  const all = compareCells(base.cells, head.cells);
  const wanted = query.isChangedOnly ? all.filter(({ status }) => status !== 'unchanged') : all;
  const counts = { added: 0, removed: 0, modified: 0, moved: 0, unchanged: 0 };
  for (const { status } of all) counts[status] += 1;
  return {
    cells: wanted.slice(query.skip, query.skip + query.take).map((cell) => shown(cell, base, head)),
    total: wanted.length,
    counts,
    metadata: metadataChanges(base.metadata, head.metadata),
    baseMinor: base.nbformat_minor,
    headMinor: head.nbformat_minor,
  };
}

function compareCells(base: readonly Cell[], head: readonly Cell[]): CellDifference[] {
  const pairs = matchCells(base, head);
  const moved = movedCells(pairs);
  const origins = new Map([...pairs].map(([index, headIndex]) => [headIndex, index]));
  const followers = removedAfter(base, pairs);
  const differences = [...removed(followers.get(null))];
  for (const [headIndex, cell] of head.entries()) {
    const baseIndex = origins.get(headIndex);
    if (baseIndex === undefined) {
      differences.push({ status: 'added', isMoved: false, baseIndex: null, headIndex, changes: [] });
      continue;
    }
    const changes = changedParts(base[baseIndex]!, cell);
    const isMoved = moved.has(baseIndex);
    const status = changes.length > 0 ? 'modified' : isMoved ? 'moved' : 'unchanged';
    differences.push({ status, isMoved, baseIndex, headIndex, changes });
    for (const one of removed(followers.get(baseIndex))) differences.push(one);
  }
  return differences;
}

/** By the cell of the base before them that the head still has (null: none), the cells that it has no more. */
function removedAfter(base: readonly Cell[], pairs: CellPairs): Map<number | null, number[]> {
  const followers = new Map<number | null, number[]>();
  let before: number | null = null;
  for (const index of base.keys()) {
    if (pairs.has(index)) before = index;
    else addTo(followers, before, index);
  }
  return followers;
}

function addTo<K>(lists: Map<K, number[]>, key: K, value: number): void {
  const list = lists.get(key);
  if (list) list.push(value);
  else lists.set(key, [value]);
}

function removed(indexes: readonly number[] = []): CellDifference[] {
  return indexes.map((baseIndex) => ({
    ...{ status: 'removed', isMoved: false, changes: [] },
    ...{ baseIndex, headIndex: null },
  }));
}

function shown(cell: CellDifference, base: Notebook, head: Notebook): ShownCell {
  const before = cell.baseIndex === null ? null : base.cells[cell.baseIndex]!;
  const after = cell.headIndex === null ? null : head.cells[cell.headIndex]!;
  const isSame = cell.status === 'unchanged' || cell.status === 'moved';
  const hunks = before && after && !isSame ? lineHunks(before.source, after.source).hunks : [];
  return { ...cell, base: isSame ? null : before, head: after, hunks };
}
