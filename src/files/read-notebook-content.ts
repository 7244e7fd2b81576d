import type { RequestContext } from '../context.js';
import type { JsonText } from '../engines/nbformat/json-text.js';
import type { Notebook } from '../engines/nbformat/notebook.js';
import { readNotebook } from '../engines/nbformat/read-notebook.js';
import { minThreadBytes } from '../engines/nbformat/threads/notebook-threads.js';
import type { FileServices } from './file-services.js';

/**
 * Reads the bytes of a notebook, those of a large one in a thread, which writes its answer.
 * @throws DomainError `unreadable_file`; for a large notebook also `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function readNotebookContent(
  { notebookThreads }: Pick<FileServices, 'notebookThreads'>,
  { actor }: RequestContext,
  bytes: Uint8Array,
): Promise<Notebook | JsonText> {
  return bytes.length < minThreadBytes ? readNotebook(bytes) : notebookThreads.read(actor.userId, bytes);
}
