import { FieldError, invalidField } from '../errors.js';
import { type FileKind, fileKind } from '../notebooks/file-kind.js';

/**
 * Checks that a path has the extension of a kind: the path of a notebook ends in `.ipynb`, that of a text file does not.
 * @param field the name of the path in the input; default `path`
 * @throws DomainError `invalid_path` naming the field; `invalid_request` naming `kind` for `binary`, which paths do not show
 */
export function checkFileKind(path: string, kind: FileKind, field = 'path'): void {
  if (fileKind(path) === kind) return;
  if (kind === 'binary') throw invalidField('kind', 'must be one of "notebook", "text"', 'invalid_value');
  const message = kind === 'notebook' ? 'must end in .ipynb' : 'must not end in .ipynb';
  throw kindMismatch(field, message);
}

/**
 * The error for a field that does not fit the kind of the file: `invalid_path` of the type `kind_mismatch`.
 * @param message the rest of a sentence that begins with the field's name
 */
export function kindMismatch(field: string, message: string): FieldError {
  return new FieldError('invalid_path', [{ path: [field], message, type: 'kind_mismatch' }]);
}
