import { createHash } from 'node:crypto';
import type { Cell } from './notebook.js';

/**
 * Adds an id to each cell without one and replaces each id that an earlier cell has, as nbformat does when it reads. The
 * new ids are derived from the cell's type and source (those of nbformat are random). So the same bytes always get the same
 * answer, and a client that omits ids can save the same notebook twice without a change.
 * @param cells of a valid notebook of nbformat 4.5; they are not modified
 * @see https://jupyter.org/enhancement-proposals/62-cell-id/cell-id.html
 */
export function completeCellIds(cells: Cell[]): Cell[] {
  const duplicates = new Set(duplicateCellIds(cells));
  if (duplicates.size === 0 && cells.every(({ id }) => id !== undefined)) return cells;
  const newId = idMaker(cells);
  return cells.map((cell, index) =>
    cell.id === undefined || duplicates.has(index) ? { ...cell, id: newId(cell) } : cell,
  );
}

/** The indexes of the cells whose id an earlier cell has. */
export function duplicateCellIds(cells: Cell[]): number[] {
  const seen = new Set<string>();
  const duplicates: number[] = [];
  for (let index = 0; index < cells.length; index++) {
    const { id } = cells[index]!;
    if (id === undefined) continue;
    if (seen.has(id)) duplicates.push(index);
    else seen.add(id);
  }
  return duplicates;
}

/** Returns a function that creates ids of eight hexadecimal digits that no cell has yet. */
function idMaker(cells: Cell[]): (cell: Cell) => string {
  const used = new Set(cells.map((cell) => cell.id));
  const tries = new Map<string, number>();
  return (cell) => {
    const content = sha256(`${cell.cell_type}\n${cell.source}`);
    let id: string;
    do {
      // The count continues where it stopped; otherwise many equal cells would take quadratic time.
      const count = tries.get(content) ?? 0;
      tries.set(content, count + 1);
      id = sha256(`${count} ${content}`).slice(0, 8);
    } while (used.has(id));
    used.add(id);
    return id;
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
