/** The kind of a path: a notebook has the extension `.ipynb`, every other file can be text. */
export type PathKind = 'notebook' | 'text';

/** The kind of a file: `binary` is a file that could be text by its path, and is not UTF-8. */
export type FileKind = PathKind | 'binary';

/** Whether a path has the extension of notebooks. */
export function isNotebookPath(path: string): boolean {
  return path.endsWith('.ipynb');
}

/** The kind of a path by its extension. */
export function fileKind(path: string): PathKind {
  return isNotebookPath(path) ? 'notebook' : 'text';
}
