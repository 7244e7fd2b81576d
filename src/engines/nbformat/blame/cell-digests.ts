import { createHash } from 'node:crypto';

/** A cell without its text. */
export interface CellDigest {
  /** Null where the stored cell has none. */
  id: string | null;
  /** A digest of its type and its source. */
  digest: string;
}

/** Whether two cells of two versions of a notebook are the same one with the same source. */
export interface CellMatcher {
  /** @returns whether the version has the cell unchanged; a cell without an id is used up by it */
  has(cell: CellDigest): boolean;
}

/**
 * The cells of a stored notebook, in their order. The notebook is not validated, because an old version may be of another
 * format.
 * @returns null where the bytes are no JSON of a notebook
 */
export function cellDigests(bytes: Uint8Array): CellDigest[] | null {
  let notebook: { cells?: unknown } | null;
  try {
    notebook = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
  if (!Array.isArray(notebook?.cells)) return null;
  return notebook.cells.map((cell: Record<string, unknown> | null) => ({
    id: typeof cell?.id === 'string' ? cell.id : null,
    digest: createHash('sha256')
      .update(JSON.stringify([cell?.cell_type, sourceOf(cell)]))
      .digest('base64'),
  }));
}

/** Finds cells in a version: by their ids, and where the version has no ids by their content. */
export function cellMatcher(version: readonly CellDigest[]): CellMatcher {
  const ofId = new Map<string, string>();
  const without = new Map<string, number>();
  for (const { id, digest } of version)
    if (id === null) without.set(digest, (without.get(digest) ?? 0) + 1);
    else ofId.set(id, digest);
  return {
    has({ id, digest }) {
      const known = id === null ? undefined : ofId.get(id);
      if (known !== undefined) return known === digest;
      const left = without.get(digest) ?? 0;
      without.set(digest, left - 1);
      return left > 0;
    },
  };
}

function sourceOf(cell: Record<string, unknown> | null): unknown {
  const source = cell?.source;
  return Array.isArray(source) ? source.join('') : source;
}
