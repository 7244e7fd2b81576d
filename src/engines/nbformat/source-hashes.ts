import { createHash } from 'node:crypto';
import { readNotebook } from './read-notebook.js';

/** The SHA-256 of a cell's source in UTF-8, in lower-case hex. @param source as one string */
export function sourceHash(source: string): string {
  return createHash('sha256').update(source).digest('hex');
}

/**
 * The {@link sourceHash} of each cell of a stored notebook, by the cell's id. Cells without an id are left out.
 * @throws DomainError `unreadable_file`
 */
export function sourceHashes(bytes: Uint8Array): Map<string, string> {
  const { cells } = readNotebook(bytes);
  return new Map(cells.flatMap(({ id, source }) => (id === undefined ? [] : [[id, sourceHash(source)]])));
}
