/** What two sides changed differently. */
export interface CellConflict {
  /** The id of the cell; null for one without an id, and for the metadata of the notebook. */
  cellId: string | null;
  /** From 0, in the base; null for a cell that the base does not have, and for the metadata of the notebook. */
  baseIndex: number | null;
  /** From 0, in ours; null for the metadata of the notebook. */
  oursIndex: number | null;
  /** From 0, in theirs; null for the metadata of the notebook. */
  theirsIndex: number | null;
  /** The part of the cell: `source`, `cell_type`, `metadata`, `attachments`; or `notebook_metadata`. */
  part: 'source' | 'cell_type' | 'metadata' | 'attachments' | 'notebook_metadata';
  /** The keys to the value in metadata or attachments; empty for the other parts. */
  path: string[];
}

/** This many conflicts of one notebook are reported. */
export const maxConflicts = 100;
