import { type Cell, type CellType, newCell } from './notebook.js';

/** Puts a cell at an index; beyond the end it is the last. */
export function insertCell(cells: readonly Cell[], index: number, cell: Cell): Cell[] {
  return [...cells.slice(0, index), cell, ...cells.slice(index)];
}

/** The cells without one. The last code cell is replaced by an empty one, so that there is always a cell to write into. */
export function deleteCell(cells: readonly Cell[], id: string): Cell[] {
  const left = cells.filter((cell) => cell.id !== id);
  return left.length > 0 ? left : [newCell('code')];
}

/** Moves a cell by some steps: negative ones are up. It stays within the list. */
export function moveCell(cells: readonly Cell[], id: string, steps: number): Cell[] {
  const from = cells.findIndex((cell) => cell.id === id);
  if (from < 0) return [...cells];
  const to = Math.min(Math.max(from + steps, 0), cells.length - 1);
  const moved = cells.filter((cell) => cell.id !== id);
  return insertCell(moved, to, cells[from]!);
}

/** Changes one cell. */
export function changeCell(cells: readonly Cell[], id: string, change: Partial<Cell>): Cell[] {
  return cells.map((cell) => (cell.id === id ? { ...cell, ...change } : cell));
}

/** Makes a cell of another type. A code cell loses its outputs, as in Jupyter. */
export function changeCellType(cells: readonly Cell[], id: string, type: CellType): Cell[] {
  return cells.map((cell) => {
    if (cell.id !== id || cell.cell_type === type) return cell;
    const { outputs: _outputs, execution_count: _count, attachments, ...rest } = cell;
    const common = { ...rest, cell_type: type };
    if (type === 'code') return { ...common, outputs: [], execution_count: null };
    return attachments ? { ...common, attachments } : common;
  });
}
