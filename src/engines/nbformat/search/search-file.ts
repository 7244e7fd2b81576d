import { isJsonObject } from '../json-object.js';
import { plainText } from '../plain-text.js';
import { type LineMatch, matchingLines, type TextQuery } from './text-query.js';

/** The cell of a notebook that has a match. */
export interface MatchedCell {
  /** From 0. */
  index: number;
  /** Null where the stored cell has none. */
  id: string | null;
  type: 'code' | 'markdown' | 'raw';
  /** Whether the match is in what a person wrote, or in what a kernel printed. */
  part: 'source' | 'output';
}

/** A match in a file: its line is one of the source or of one output where `cell` is set. */
export interface FileMatch extends LineMatch {
  cell: MatchedCell | null;
}

/** The matches in one file, and whether there are more. */
export interface FileMatches {
  matches: FileMatch[];
  isCut: boolean;
}

const maxMatches = 50;
const cellTypes = ['code', 'markdown', 'raw'] as const;
/** The media types of displays in which a person can read the text; HTML only where there is none of the others. */
const readableTypes = ['text/plain', 'text/markdown', 'text/latex'] as const;

/**
 * Finds a text in the bytes of a text file or a notebook, of the latter in the sources and the readable outputs of its cells.
 * A notebook is not validated: what has no cells has no matches.
 * @returns null where the bytes are no UTF-8 text, or no JSON of a notebook
 */
export function searchFile(bytes: Uint8Array, isNotebook: boolean, query: TextQuery): FileMatches | null {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
  if (!isNotebook) return limited(linesOf(text, null, query));
  let notebook: unknown;
  try {
    notebook = JSON.parse(text);
  } catch {
    return null;
  }
  return isJsonObject(notebook) && Array.isArray(notebook.cells)
    ? limited(matchesOfCells(notebook.cells, query))
    : null;
}

function limited(found: Iterable<FileMatch>): FileMatches {
  const matches: FileMatch[] = [];
  for (const match of found) {
    if (matches.length === maxMatches) return { matches, isCut: true };
    matches.push(match);
  }
  return { matches, isCut: false };
}

function* matchesOfCells(cells: unknown[], query: TextQuery): Generator<FileMatch> {
  for (const [index, cell] of cells.entries()) {
    if (!isJsonObject(cell)) continue;
    const type = cellTypes.find((known) => known === cell.cell_type);
    if (!type) continue;
    const at = { index, id: typeof cell.id === 'string' ? cell.id : null, type };
    yield* linesOf(textOf(cell.source), { ...at, part: 'source' }, query);
    if (!Array.isArray(cell.outputs)) continue;
    for (const output of cell.outputs)
      if (isJsonObject(output)) yield* linesOf(outputText(output), { ...at, part: 'output' }, query);
  }
}

function* linesOf(text: string, cell: MatchedCell | null, query: TextQuery): Generator<FileMatch> {
  for (const match of matchingLines(text, query, maxMatches + 1)) yield { ...match, cell };
}

function outputText(output: Readonly<Record<string, unknown>>): string {
  if (output.output_type === 'stream') return plainText(textOf(output.text));
  if (output.output_type === 'error') {
    const traceback = Array.isArray(output.traceback) ? output.traceback : [];
    const lines = [
      `${output.ename}: ${output.evalue}`,
      ...traceback.filter((line) => typeof line === 'string'),
    ];
    return plainText(lines.join('\n'));
  }
  const { data } = output;
  if (!isJsonObject(data)) return '';
  const type = readableTypes.find((known) => data[known] !== undefined) ?? 'text/html';
  return textOf(data[type]);
}

/** A multi-line field: a text, or a list of lines. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.filter((line) => typeof line === 'string').join('') : '';
}
