import { assertReadablePath } from '../engines/git/file-path.js';
import { checkFileKind } from '../files/check-file-kind.js';

/**
 * Checks that a path is that of a notebook.
 * @throws FieldError `invalid_path` naming `path`, when it can be no path of a file, or is that of another file
 */
export function checkNotebookPath(path: string): void {
  assertReadablePath(path);
  checkFileKind(path, 'notebook');
}
