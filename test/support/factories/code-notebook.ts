/** A code cell, as a client sends it. */
export function codeCell(id: string, source: string, more: object = {}) {
  return { cell_type: 'code', id, source, metadata: {}, outputs: [], execution_count: null, ...more };
}

/** A notebook of nbformat 4.5 with these cells. */
export function codeNotebook(cells: object[], metadata: object = {}) {
  return { cells, metadata, nbformat: 4, nbformat_minor: 5 };
}
