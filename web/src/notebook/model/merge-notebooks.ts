import { mergeOrder } from './merge-order.js';
import { type Cell, type Notebook, newCellId } from './notebook.js';
import { sameJson } from './same-json.js';

/** The parts of a cell that are merged apart. Outputs and their counter belong together. */
const parts = {
  source: ['cell_type', 'source'],
  outputs: ['outputs', 'execution_count'],
  metadata: ['metadata', 'attachments'],
} as const satisfies Record<string, readonly (keyof Cell)[]>;

/** A part of a cell that is merged by itself. */
export type CellPart = keyof typeof parts;

/** A cell that both sides changed in different ways. */
export interface CellConflict {
  id: string;
  /** The parts that differ. */
  parts: CellPart[];
  /** Before both changes; undefined where both added a cell with this id. */
  base: Cell | undefined;
  ours: Cell;
  theirs: Cell;
}

/** What to keep of a cell that both sides changed. `both` keeps theirs, and ours below it with a new id. */
export type Choice = 'ours' | 'theirs' | 'both';

/** What a merge of notebooks found. */
export interface NotebookMerge {
  /** The merged notebook; of a cell in conflict it has ours, until there is a choice. */
  notebook: Notebook;
  /** The conflicts without a choice. */
  conflicts: CellConflict[];
}

/**
 * Merges two notebooks that began as the same one, cell by cell: cells are matched by id. A cell that one side deleted and
 * the other changed is kept, as it was changed.
 * @param choices what to keep of cells in conflict, by id
 */
export function mergeNotebooks(
  base: Notebook,
  ours: Notebook,
  theirs: Notebook,
  choices: ReadonlyMap<string, Choice> = new Map(),
): NotebookMerge {
  const [inBase, inOurs, inTheirs] = [base, ours, theirs].map(byId) as [CellsById, CellsById, CellsById];
  const merged = new Map<string, Cell[]>();
  const conflicts: CellConflict[] = [];
  for (const id of new Set([...inBase.keys(), ...inOurs.keys(), ...inTheirs.keys()])) {
    const sides = { base: inBase.get(id), ours: inOurs.get(id), theirs: inTheirs.get(id) };
    const found = mergeCell(id, sides, choices.get(id));
    if (found.cells.length > 0) merged.set(id, found.cells);
    if (found.conflict) conflicts.push(found.conflict);
  }
  const ids = (notebook: Notebook) => notebook.cells.map((cell) => cell.id);
  const order = mergeOrder(ids(base), ids(ours), ids(theirs), new Set(merged.keys()));
  const metadata = mergeMembers(base.metadata, ours.metadata, theirs.metadata);
  const cells = order.flatMap((id) => merged.get(id) ?? []);
  return { notebook: { ...theirs, metadata, cells }, conflicts };
}

/** The notebook with cells that were deleted in it, each after the cell that it follows in another version, if that has it. */
export function withCells(notebook: Notebook, deleted: readonly Cell[], other: Notebook): Notebook {
  if (deleted.length === 0) return notebook;
  const all = new Map([...deleted, ...notebook.cells].map((cell) => [cell.id, cell]));
  const [ids, otherIds] = [notebook, other].map(({ cells }) => cells.map(({ id }) => id)) as [
    string[],
    string[],
  ];
  const order = mergeOrder(otherIds, ids, otherIds, new Set(all.keys()));
  return { ...notebook, cells: order.map((id) => all.get(id)!) };
}

/**
 * What a later merge begins from while there are conflicts: theirs, where the parts in conflict are as they were before both
 * changes. With ours as merged, it finds the same conflicts again and no others.
 */
export function baseOfConflicts(theirs: Notebook, conflicts: readonly CellConflict[]): Notebook {
  const byCell = new Map(conflicts.map((conflict) => [conflict.id, conflict]));
  const cells = theirs.cells.flatMap((cell) => {
    const conflict = byCell.get(cell.id);
    if (!conflict) return [cell];
    return conflict.base ? [withOutputsOfType(takeParts(cell, conflict.base, conflict.parts))] : [];
  });
  return { ...theirs, cells };
}

type CellsById = Map<string, Cell>;

const byId = ({ cells }: Notebook): CellsById => new Map(cells.map((cell) => [cell.id, cell]));

interface Sides {
  base: Cell | undefined;
  ours: Cell | undefined;
  theirs: Cell | undefined;
}

function mergeCell(
  id: string,
  { base, ours, theirs }: Sides,
  choice: Choice | undefined,
): { cells: Cell[]; conflict?: CellConflict } {
  if (!ours || !theirs) {
    const left = ours ?? theirs;
    const isDeleted = !left || (base !== undefined && sameJson(left, base));
    return { cells: isDeleted ? [] : [left] };
  }
  const found = mergeParts(base, ours, theirs);
  const withOurs = withOutputsOfType(found.cell);
  if (found.parts.length === 0) return { cells: [withOurs] };
  const conflict = { id, parts: found.parts, base, ours, theirs };
  if (!choice) return { cells: [withOurs], conflict };
  if (choice === 'ours') return { cells: [withOurs] };
  const withTheirs = withOutputsOfType(takeParts(found.cell, theirs, found.parts));
  return { cells: choice === 'theirs' ? [withTheirs] : [withTheirs, { ...withOurs, id: newCellId() }] };
}

/**
 * The cell with what one side changed; where both changed a part, it has ours, and the part is named. It may have outputs that
 * its type does not: who chooses the type of the other side gets the outputs back.
 */
function mergeParts(base: Cell | undefined, ours: Cell, theirs: Cell): { cell: Cell; parts: CellPart[] } {
  let cell = ours;
  const conflicts: CellPart[] = [];
  for (const part of Object.keys(parts) as CellPart[]) {
    const isText = part === 'outputs' && theirs.cell_type !== 'code';
    if (isText || samePart(ours, theirs, part)) continue;
    if (part === 'outputs' && ours.cell_type !== 'code') cell = takeParts(cell, theirs, [part]);
    else if (base && samePart(theirs, base, part)) continue;
    else if (base && samePart(ours, base, part)) cell = takeParts(cell, theirs, [part]);
    else conflicts.push(part);
  }
  return { cell, parts: conflicts };
}

const samePart = (one: Cell, other: Cell, part: CellPart) =>
  parts[part].every((name) => sameJson(one[name], other[name]));

/** A cell with some parts of another one. */
function takeParts(cell: Cell, from: Cell, names: readonly CellPart[]): Cell {
  const taken: Record<string, unknown> = { ...cell };
  for (const name of names.flatMap((part) => parts[part] as readonly (keyof Cell)[])) {
    if (from[name] === undefined) delete taken[name];
    else taken[name] = from[name];
  }
  return taken as unknown as Cell;
}

/** Only code cells have outputs: where one side changed the type of a cell, and the other ran it, the type decides. */
function withOutputsOfType(cell: Cell): Cell {
  const { outputs, execution_count: count, ...rest } = cell;
  if (cell.cell_type !== 'code') return outputs || count !== undefined ? rest : cell;
  return outputs && count !== undefined
    ? cell
    : { ...rest, outputs: outputs ?? [], execution_count: count ?? null };
}

/** Merges the members of objects; where both sides changed one, ours counts. */
function mergeMembers(
  base: Record<string, unknown>,
  ours: Record<string, unknown>,
  theirs: Record<string, unknown>,
): Record<string, unknown> {
  const merged: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(theirs), ...Object.keys(ours)])) {
    const value = sameJson(ours[name], base[name]) ? theirs[name] : ours[name];
    if (value !== undefined) merged[name] = value;
  }
  return merged;
}
