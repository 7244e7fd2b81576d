/** What a file is to the API: a notebook by its extension `.ipynb`, else text. */
export type FileKind = 'notebook' | 'text';

/** Whether the path names a notebook. */
export function isNotebookPath(path: string): boolean {
  return path.endsWith('.ipynb');
}

/** The kind that a path's extension says. */
export function fileKind(path: string): FileKind {
  return isNotebookPath(path) ? 'notebook' : 'text';
}
