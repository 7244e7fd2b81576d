import { DomainError } from '../src/errors.js';
import { type ByteRange, parseRange } from './byte-range.js';
import { knowsEtag } from './etag.js';
import type { RouteRequest } from './request.js';
import { valueAt } from './response-plan.js';

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
interface OpenedFile {
  first: ByteChunk;
  /** The next chunk; undefined at the end. */
  next(): Promise<ByteChunk | undefined>;
  close(): Promise<unknown>;
}

async function openFirst(
  open: () => Promise<AsyncIterableIterator<unknown>>,
  at: string,
): Promise<OpenedFile> {
  const source = await open();
  const next = async () => {
    const { done, value } = await source.next();
    return done ? undefined : (valueAt(value, at) as ByteChunk);
  };
  const first = await next();
  if (!first) throw new Error('A file has no first chunk.');
  return { first, next, close: async () => source.return?.() };
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
    'content-disposition': `attachment; filename*=UTF-8''${encodeName(path)}`,
    'x-content-type-options': 'nosniff',
  });
  if (range) headers.set('content-range', `bytes ${offset}-${end - 1}/${size}`);
  return new Response(bodyOf(opened), { status: range ? 206 : 200, headers });
}

function bodyOf({ first, next, close }: OpenedFile): ReadableStream<Uint8Array> {
  const bytesOf = ({ base64 }: ByteChunk) => new Uint8Array(Buffer.from(base64, 'base64'));
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        if (first.base64 !== '') controller.enqueue(bytesOf(first));
      },
      async pull(controller) {
        const chunk = await next();
        if (!chunk) controller.close();
        else if (chunk.base64 !== '') controller.enqueue(bytesOf(chunk));
      },
      async cancel() {
        await close();
      },
    },
    { highWaterMark: 1 },
  );
}

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.17 */
function notSatisfiable(size: number): DomainError {
  return new DomainError(
    'range_not_satisfiable',
    `The file has ${size} bytes, and none of them is in the range; ask for another one.`,
    { headers: { 'content-range': `bytes */${size}` } },
  );
}

/** @see https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1 */
function encodeName(path: string): string {
  const name = path.split('/').at(-1) ?? '';
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
