import { base64Body, partsOf } from './base64-body.js';
import { encodeFileName } from './encode-file-name.js';
import { knowsEtag } from './etag.js';

/** A part of an archive, as the documents of such routes select it. The first part has no bytes. */
export interface ArchivePart {
  etag: string;
  fileName: string;
  base64: string;
}

const mediaTypes: Readonly<Record<string, string>> = { zip: 'application/zip', gz: 'application/gzip' };

/**
 * Answers with an archive. The next part is read when the client has taken the last one.
 * @param open opens the stream of its parts
 * @param at the dotted path of an {@link ArchivePart} in the data of the stream
 * @throws DomainError what `open` and the first two parts throw
 */
export async function answerArchive(
  open: () => Promise<AsyncIterableIterator<unknown>>,
  at: string,
  headers: Headers,
): Promise<Response> {
  const parts = partsOf<ArchivePart>(await open(), at);
  const head = await parts.next();
  if (!head) throw new Error('An archive has no first part.');
  const etag = `"${head.etag}"`;
  if (knowsEtag(headers, etag)) {
    await parts.close();
    return new Response(null, { status: 304, headers: { etag } });
  }
  // Read before the status is sent: an archive may be refused here.
  const first = await parts.next();
  return new Response(base64Body(first, parts), {
    headers: {
      etag,
      'cache-control': 'private, no-cache',
      'content-type': mediaTypes[head.fileName.split('.').at(-1)!]!,
      'content-disposition': `attachment; filename*=UTF-8''${encodeFileName(head.fileName)}`,
      'x-content-type-options': 'nosniff',
    },
  });
}
