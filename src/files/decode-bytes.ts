import { readNotebook } from '../engines/nbformat/read-notebook.js';
import { UnreadableNotebookError } from '../engines/nbformat/unreadable-notebook-error.js';
import { FieldError, invalidField } from '../errors.js';
import { isNotebookPath } from '../notebooks/file-kind.js';

/**
 * Decodes the bytes of a file that a client sends as base64. They are stored as they are; the path of a notebook takes only
 * the bytes of a valid one.
 * @throws DomainError `invalid_request`, `invalid_notebook`, both naming `contentBase64`
 */
export function decodeBytes(path: string, contentBase64: string): Uint8Array {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(contentBase64) || contentBase64.length % 4 !== 0)
    throw invalidField('contentBase64', 'must be base64 with its padding');
  const bytes = Buffer.from(contentBase64, 'base64');
  if (isNotebookPath(path)) assertNotebook(bytes);
  return bytes;
}

function assertNotebook(bytes: Uint8Array): void {
  try {
    readNotebook(bytes);
  } catch (error) {
    if (!(error instanceof UnreadableNotebookError)) throw error;
    const message = `must be a valid notebook at a path that ends in .ipynb, and ${error.why}`;
    throw new FieldError('invalid_notebook', [
      { path: ['contentBase64'], message, type: 'invalid_notebook' },
    ]);
  }
}
