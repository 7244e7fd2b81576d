/** The kind of a file: a notebook has the extension `.ipynb`, every other file is text. */
export type FileKind = 'notebook' | 'text';

/** Whether a path has the extension of notebooks. */
export function isNotebookPath(path: string): boolean {
  return path.endsWith('.ipynb');
}

/** The kind of a file by the extension of its path. */
export function fileKind(path: string): FileKind {
  return isNotebookPath(path) ? 'notebook' : 'text';
}
