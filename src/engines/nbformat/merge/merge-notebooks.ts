import { completeCellIds } from '../cell-ids.js';
import { changedParts } from '../compare/cell-parts.js';
import { type CellPairs, matchCells } from '../compare/match-cells.js';
import type { Cell, Notebook } from '../notebook.js';
import { type CellConflict, maxConflicts } from './cell-conflict.js';
import { mergeCell } from './merge-cell.js';
import { mergeObjects, type Three } from './merge-json.js';
import { mergeOrder } from './merge-order.js';

/** The merged notebook, or what both sides changed differently: the first 100 conflicts. */
export type MergedNotebook =
  | { notebook: Notebook; conflicts?: never }
  | { conflicts: [CellConflict, ...CellConflict[]]; notebook?: never };

/** A cell of the merge: its index in each of the three notebooks that have it. */
interface CellEntry {
  base?: number;
  ours?: number;
  theirs?: number;
}

/** What programs write into the metadata of a notebook: where both sides have others, ours count. */
const written = new Set(['language_info', 'widgets']);

/**
 * Merges what two sides made of a notebook, cell by cell. Cells with different ids are different cells (see
 * {@link matchCells}).
 *
 * - A cell that one side removed stays if the other side changed anything of it, and is removed if not.
 * - A cell that only one side has added stays. Of what both added at the same point, ours come first.
 * - Sources are merged by lines, metadata and attachments by keys. What both sides changed differently is a conflict, except
 *   what programs write, where ours count.
 * - Outputs are never a conflict: the whole list is that of the side that alone changed the source, else of the side that alone
 *   ran the cell, else ours.
 * - Ids stay, and are unique. The order is that of ours, or of theirs where only theirs moved cells.
 */
export function mergeNotebooks({ base, ours, theirs }: Three<Notebook>): MergedNotebook {
  const conflicts: CellConflict[] = [];
  const entries = entriesOf({ base: base.cells, ours: ours.cells, theirs: theirs.cells });
  const merged = new Map<number, Cell>();
  for (const [key, entry] of entries.entries()) {
    const cell = mergeEntry(entry, { base, ours, theirs }, (part, path) =>
      conflicts.push(conflictOf(entry, { base, ours, theirs }, part, path)),
    );
    if (cell) merged.set(key, cell);
    if (conflicts.length >= maxConflicts) break;
  }
  const metadata = mergeObjects(
    { base: base.metadata, ours: ours.metadata, theirs: theirs.metadata },
    {
      prefersOurs: ([key]) => written.has(key!),
      onConflict: (path) => conflicts.push(metadataConflict(path)),
    },
  );
  const [first, ...more] = conflicts.slice(0, maxConflicts);
  if (first) return { conflicts: [first, ...more] };
  const cells = mergeOrder(orderOf(entries), new Set(merged.keys())).map((key) => merged.get(key)!);
  const minor = Math.max(ours.nbformat_minor, theirs.nbformat_minor);
  return {
    notebook: {
      cells: minor < 5 ? cells : completeCellIds(cells),
      metadata,
      nbformat: 4,
      nbformat_minor: minor,
    },
  };
}

/** All cells: those of the base, then those that one or both sides added. */
function entriesOf({ base, ours, theirs }: Three<Cell[]>): CellEntry[] {
  const [inOurs, inTheirs] = [
    matchCells(base, ours, { areIdsFinal: true }),
    matchCells(base, theirs, { areIdsFinal: true }),
  ];
  const entries: CellEntry[] = base.map((_cell, index) => ({
    base: index,
    ours: inOurs.get(index),
    theirs: inTheirs.get(index),
  }));
  const added = indexesWithout(ours, new Set(inOurs.values()));
  const others = indexesWithout(theirs, new Set(inTheirs.values()));
  const same = matchAdded(addedCells(ours, added, inOurs), addedCells(theirs, others, inTheirs));
  const shared = new Set(same.values());
  for (const [position, index] of added.entries()) {
    const other = same.get(position);
    entries.push({ ours: index, theirs: other === undefined ? undefined : others[other]! });
  }
  for (const [position, index] of others.entries())
    if (!shared.has(position)) entries.push({ theirs: index });
  return entries;
}

/** A cell that a side added, and the cell of the base that it follows; null at the beginning. */
interface AddedCell {
  cell: Cell;
  after: number | null;
}

function addedCells(cells: readonly Cell[], added: readonly number[], pairs: CellPairs): AddedCell[] {
  const origins = new Map([...pairs].map(([index, other]) => [other, index]));
  const wanted = new Set(added);
  const found: AddedCell[] = [];
  let after: number | null = null;
  for (const [index, cell] of cells.entries()) {
    if (wanted.has(index)) found.push({ cell, after });
    else after = origins.get(index) ?? after;
  }
  return found;
}

/**
 * Of added cells only those are the same that agree in type, source and id; without ids they must follow the same cell. All
 * others are kept side by side.
 */
function matchAdded(ours: readonly AddedCell[], theirs: readonly AddedCell[]): Map<number, number> {
  const pairs = matchCells(
    ours.map(({ cell }) => cell),
    theirs.map(({ cell }) => cell),
  );
  const same = [...pairs].filter(([index, other]) => {
    const [one, two] = [ours[index]!, theirs[other]!];
    if (one.cell.cell_type !== two.cell.cell_type || one.cell.source !== two.cell.source) return false;
    return one.cell.id === undefined ? one.after === two.after : one.cell.id === two.cell.id;
  });
  return new Map(same);
}

function indexesWithout(cells: readonly Cell[], taken: ReadonlySet<number>): number[] {
  return [...cells.keys()].filter((index) => !taken.has(index));
}

/** The merged cell; null where it is removed. */
function mergeEntry(
  entry: CellEntry,
  notebooks: Three<Notebook>,
  onConflict: (part: CellConflict['part'], path: readonly string[]) => void,
): Cell | null {
  const base = cellAt(notebooks.base, entry.base);
  const ours = cellAt(notebooks.ours, entry.ours);
  const theirs = cellAt(notebooks.theirs, entry.theirs);
  if (ours && theirs) return mergeCell({ base: base ?? emptyLike(ours), ours, theirs }, onConflict);
  const only = ours ?? theirs;
  if (!only || !base) return only ?? null;
  return changedParts(base, only).length > 0 ? only : null;
}

function cellAt({ cells }: Notebook, index: number | undefined): Cell | undefined {
  return index === undefined ? undefined : cells[index];
}

/** The base of a cell that both sides added with the same source. */
function emptyLike({ cell_type, source }: Cell): Cell {
  const common = { metadata: {}, source };
  return cell_type === 'code'
    ? { cell_type, ...common, outputs: [], execution_count: null }
    : { cell_type, ...common };
}

function orderOf(entries: readonly CellEntry[]): Three<number[]> {
  return { base: keysIn(entries, 'base'), ours: keysIn(entries, 'ours'), theirs: keysIn(entries, 'theirs') };
}

function keysIn(entries: readonly CellEntry[], side: keyof CellEntry): number[] {
  return [...entries.keys()]
    .filter((key) => entries[key]![side] !== undefined)
    .sort((a, b) => entries[a]![side]! - entries[b]![side]!);
}

function conflictOf(
  entry: CellEntry,
  { base, ours, theirs }: Three<Notebook>,
  part: CellConflict['part'],
  path: readonly string[],
): CellConflict {
  const id = cellAt(base, entry.base)?.id ?? cellAt(ours, entry.ours)?.id ?? cellAt(theirs, entry.theirs)?.id;
  return {
    cellId: id ?? null,
    baseIndex: entry.base ?? null,
    oursIndex: entry.ours ?? null,
    theirsIndex: entry.theirs ?? null,
    ...{ part, path: [...path] },
  };
}

function metadataConflict(path: readonly string[]): CellConflict {
  const nowhere = { cellId: null, baseIndex: null, oursIndex: null, theirsIndex: null };
  return { ...nowhere, part: 'notebook_metadata', path: [...path] };
}
