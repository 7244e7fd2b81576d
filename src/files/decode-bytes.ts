import type { RequestContext } from '../context.js';
import type { JsonText } from '../engines/nbformat/json-text.js';
import type { Notebook } from '../engines/nbformat/notebook.js';
import { UnreadableNotebookError } from '../engines/nbformat/unreadable-notebook-error.js';
import { FieldError, invalidField } from '../errors.js';
import { isNotebookPath } from '../notebooks/file-kind.js';
import { decodeBase64 } from './decode-base64.js';
import type { FileServices } from './file-services.js';
import { readNotebookContent } from './read-notebook-content.js';

/** The bytes of a file, and what they contain where they are those of a notebook. */
export interface DecodedBytes {
  bytes: Uint8Array;
  /** Null at the path of another file. */
  notebook: Notebook | JsonText | null;
}

/**
 * Decodes the bytes of a file that a client sends as base64. They are stored as they are; the path of a notebook takes only
 * the bytes of a valid one.
 * @throws DomainError `invalid_request`, `invalid_notebook`, both naming `contentBase64`; for a large notebook also
 *   `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function decodeBytes(
  services: Pick<FileServices, 'notebookThreads'>,
  ctx: RequestContext,
  { path, contentBase64 }: { path: string; contentBase64: string },
): Promise<DecodedBytes> {
  const bytes = await decodeBase64(contentBase64);
  if (!bytes) throw invalidField('contentBase64', 'must be base64 with its padding');
  if (!isNotebookPath(path)) return { bytes, notebook: null };
  try {
    return { bytes, notebook: await readNotebookContent(services, ctx, bytes) };
  } catch (error) {
    if (!(error instanceof UnreadableNotebookError)) throw error;
    const message = `must be a valid notebook at a path that ends in .ipynb, and ${error.why}`;
    throw new FieldError('invalid_notebook', [
      { path: ['contentBase64'], message, type: 'invalid_notebook' },
    ]);
  }
}
