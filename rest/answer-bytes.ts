import { DomainError } from '../src/errors.js';
import { base64Body, type Parts, partsOf } from './base64-body.js';
import { type ByteRange, parseRange } from './byte-range.js';
import { encodeFileName } from './encode-file-name.js';
import { knowsEtag } from './etag.js';
import type { RouteRequest } from './request.js';

/** A part of a file, as the documents of such routes select it. */
export interface ByteChunk {
  /** The bytes of the whole file. */
  size: number;
  sha: string;
  offset: number;
  base64: string;
}

/**
 * Answers with the bytes of a file, or with the one range of them that `Range` asks for. The next part is read when the
 * client has taken the last one.
 * @param open opens the stream of its chunks; the first chunk comes also when there are no bytes
 * @param at the dotted path of a {@link ByteChunk} in the data of the stream
 * @throws DomainError `range_not_satisfiable`, and what `open` and the first chunk throw
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-14
 */
export async function answerBytes(
  open: (range: Partial<ByteRange>) => Promise<AsyncIterableIterator<unknown>>,
  at: string,
  { headers, query }: Pick<RouteRequest, 'headers' | 'query'>,
): Promise<Response> {
  const { path = '' } = query as { path?: string };
  const range = parseRange(headers.get('range'));
  const opened = await openFirst(() => open(range ?? {}), at);
  const etag = `"${opened.first.sha}"`;
  if (knowsEtag(headers, etag)) {
    await opened.close();
    return new Response(null, { status: 304, headers: { etag } });
  }
  if (!range) return respond(opened, null, path);
  const condition = headers.get('if-range');
  const isStale = condition !== null && condition !== etag;
  if (!isStale && opened.first.base64 !== '') return respond(opened, range, path);
  await opened.close();
  if (!isStale) throw notSatisfiable(opened.first.size);
  return respond(await openFirst(() => open({}), at), null, path);
}

/** A file whose first chunk was read. */
interface OpenedFile extends Parts<ByteChunk> {
  first: ByteChunk;
}

async function openFirst(
  open: () => Promise<AsyncIterableIterator<unknown>>,
  at: string,
): Promise<OpenedFile> {
  const parts = partsOf<ByteChunk>(await open(), at);
  const first = await parts.next();
  if (!first) throw new Error('A file has no first chunk.');
  return { first, ...parts };
}

function respond(opened: OpenedFile, range: ByteRange | null, path: string): Response {
  const { size, offset, sha } = opened.first;
  const end = Math.min(size, range?.length === undefined ? size : offset + range.length);
  const headers = new Headers({
    etag: `"${sha}"`,
    'accept-ranges': 'bytes',
    'cache-control': 'private, no-cache',
    'content-type': 'application/octet-stream',
    'content-length': String(end - offset),
    'content-disposition': `attachment; filename*=UTF-8''${encodeFileName(path.split('/').at(-1) ?? '')}`,
    'x-content-type-options': 'nosniff',
  });
  if (range) headers.set('content-range', `bytes ${offset}-${end - 1}/${size}`);
  return new Response(base64Body(opened.first, opened), { status: range ? 206 : 200, headers });
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.17 */
function notSatisfiable(size: number): DomainError {
  return new DomainError(
    'range_not_satisfiable',
    `The file has ${size} bytes, and none of them is in the range; ask for another one.`,
    { headers: { 'content-range': `bytes */${size}` } },
  );
}
