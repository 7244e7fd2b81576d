import { isJsonObject } from './json-object.js';

const ofNotebook = ['orig_nbformat', 'orig_nbformat_minor', 'signature'];
const ofCell = ['trusted'];

/**
 * Leaves out, in a copy, the metadata that a Jupyter process keeps for itself and that belongs in no file.
 * @param notebook may be invalid still: what is not as it should be stays
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
