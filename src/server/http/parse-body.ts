import type { RequestContext } from '../../context.js';
import { parseRequestJson } from '../../engines/nbformat/json.js';
import { minThreadBytes, type NotebookThreads } from '../../engines/nbformat/threads/notebook-threads.js';
import { FieldError } from '../../errors.js';

/**
 * Parses the JSON of a request's body, and keeps number tokens. A large body goes to a thread; each
 * notebook in it becomes a `PreparedNotebook`.
 * @param options.isTransferred whether the caller does not use `bytes` again; then a large body is not copied
 * @throws DomainError `invalid_request`; for a large body also `payload_too_large`, `rate_limited`, `overloaded`
 */
export async function parseBody(
  { notebookThreads }: { notebookThreads: Pick<NotebookThreads, 'parseBody'> },
  ctx: RequestContext,
  bytes: Uint8Array,
  options: { isTransferred: boolean },
): Promise<unknown> {
  if (bytes.length >= minThreadBytes) return notebookThreads.parseBody(ctx.actor.userId, bytes, options);
  try {
    return parseRequestJson(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new FieldError('invalid_request', [
      { path: [], message: 'is not valid JSON in UTF-8', type: 'json_invalid' },
    ]);
  }
}
