import { randomHex } from '../../random-ids.js';

/** An output of a cell, as nbformat 4 has it. */
export type Output = { output_type: string } & Record<string, unknown>;

/** What a cell is. */
export type CellType = 'code' | 'markdown' | 'raw';

/** A cell as nbformat 4.5 has it, with its multi-line texts joined. */
export interface Cell {
  id: string;
  cell_type: CellType;
  source: string;
  metadata: Record<string, unknown>;
  /** Of a code cell. */
  outputs?: Output[];
  /** Of a code cell: the kernel's counter of its last run. */
  execution_count?: number | null;
  /** Of a Markdown or raw cell: images by name, then by MIME type. */
  attachments?: Record<string, Record<string, unknown>>;
}

/** A notebook as nbformat 4.5 has it. */
export interface Notebook {
  cells: Cell[];
  metadata: Record<string, unknown>;
  nbformat: number;
  nbformat_minor: number;
}

/** The first minor version of nbformat 4 whose cells have ids. */
const minorWithIds = 5;

/**
 * Reads the notebook of an answer. Cells of an older format get ids that follow from their content, so that two readers of the
 * same file choose the same ones.
 */
export function readNotebook(value: unknown): Notebook {
  const notebook = value as Partial<Notebook>;
  const known = new Set<string>();
  const cells = (notebook.cells ?? []).map((cell) => {
    const id = cell.id && !known.has(cell.id) ? cell.id : unusedId(contentId(cell), known);
    known.add(id);
    return { ...cell, id };
  });
  return {
    cells,
    metadata: notebook.metadata ?? {},
    nbformat: 4,
    nbformat_minor: Math.max(notebook.nbformat_minor ?? 0, minorWithIds),
  };
}

/** The id, with a number behind it where it is used already. */
function unusedId(id: string, known: ReadonlySet<string>): string {
  if (!known.has(id)) return id;
  let number = 2;
  while (known.has(`${id}-${number}`)) number += 1;
  return `${id}-${number}`;
}

/** FNV-1a of what the cell is, as hex. */
function contentId(cell: Pick<Cell, 'cell_type' | 'source'>): string {
  let hash = 0x811c9dc5;
  for (const char of `${cell.cell_type}\n${cell.source}`) {
    hash = Math.imul(hash ^ char.codePointAt(0)!, 0x01000193);
  }
  return `c${(hash >>> 0).toString(16).padStart(8, '0')}`;
}

/** A cell without content, with a new id. */
export function newCell(type: CellType, source = ''): Cell {
  const cell: Cell = { id: newCellId(), cell_type: type, source, metadata: {} };
  return type === 'code' ? { ...cell, outputs: [], execution_count: null } : cell;
}

/** A new id: 8 hex digits, as Jupyter makes them. */
export const newCellId = (): string => randomHex(4);
