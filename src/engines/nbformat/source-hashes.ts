import { createHash } from 'node:crypto';
import { readNotebook } from './read-notebook.js';

/**
 * The SHA-256, in lower-case hex, of each cell's source in UTF-8, by the cell's id. Cells without an id are left out.
 * @throws DomainError `unreadable_file`
 */
export function sourceHashes(bytes: Uint8Array): Map<string, string> {
  const { cells } = readNotebook(bytes);
  return new Map(
    cells.flatMap(({ id, source }) =>
      id === undefined ? [] : [[id, createHash('sha256').update(source).digest('hex')]],
    ),
  );
}
