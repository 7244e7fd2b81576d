import { FieldError } from '../errors.js';
import { type FileKind, fileKind } from '../notebooks/file-kind.js';

/**
 * Refuses a path whose extension is not that of the kind: a notebook's path ends in `.ipynb`, a text file's does not.
 * @param field the name of the path in the input; default `path`
 * @throws DomainError `invalid_path` naming the field
 */
export function checkFileKind(path: string, kind: FileKind, field = 'path'): void {
  if (fileKind(path) === kind) return;
  const message = kind === 'notebook' ? 'must end in .ipynb' : 'must not end in .ipynb';
  throw new FieldError('invalid_path', [{ path: [field], message, type: 'kind_mismatch' }]);
}
