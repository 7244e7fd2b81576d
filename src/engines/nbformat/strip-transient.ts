import { isJsonObject } from './json-object.js';

const ofNotebook = ['orig_nbformat', 'orig_nbformat_minor', 'signature'];
const ofCell = ['trusted'];

/**
 * Returns a copy without the metadata that a Jupyter process keeps only in memory, as `strip_transient` of nbformat does.
 * @param notebook may still be invalid: unexpected values are kept
 * @see https://github.com/jupyter/nbformat/blob/main/nbformat/v4/rwbase.py
 */
export function stripTransient<T extends object>(notebook: T): T {
  const stripped = { ...notebook } as Record<string, unknown>;
  if (isJsonObject(stripped.metadata)) stripped.metadata = without(stripped.metadata, ofNotebook);
  if (Array.isArray(stripped.cells)) stripped.cells = stripped.cells.map(stripCell);
  return stripped as T;
}

function stripCell(cell: unknown): unknown {
  if (!isJsonObject(cell) || !isJsonObject(cell.metadata)) return cell;
  return { ...cell, metadata: without(cell.metadata, ofCell) };
}

function without(object: Record<string, unknown>, keys: string[]): Record<string, unknown> {
  const copy = { ...object };
  for (const key of keys) delete copy[key];
  return copy;
}
