import { assertReadablePath } from '../engines/git/file-path.js';
import { invalidField } from '../errors.js';

/**
 * Checks that a path is that of a notebook.
 * @throws FieldError `invalid_path` when it can be no path of a file; `invalid_request` when it is that of another file. Both
 *   name `path`
 */
export function checkNotebookPath(path: string): void {
  assertReadablePath(path);
  if (!path.endsWith('.ipynb'))
    throw invalidField('path', 'must be that of a notebook, with .ipynb at its end');
}
