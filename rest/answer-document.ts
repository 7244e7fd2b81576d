import { encodeFileName } from './encode-file-name.js';
import { knowsEtag } from './etag.js';

/** A text that is downloaded, as the documents of such routes select it. */
export interface DocumentText {
  fileName: string;
  mediaType: string;
  content: string;
  etag: string;
}

/** Nothing in the document runs or is loaded, also where a browser shows it. */
const policy = "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/** Answers with a text as a download; `If-None-Match` with its tag gives 304. */
export function answerDocument(
  { fileName, mediaType, content, etag: tag }: DocumentText,
  headers: Headers,
): Response {
  const etag = `"${tag}"`;
  if (knowsEtag(headers, etag)) return new Response(null, { status: 304, headers: { etag } });
  return new Response(content, {
    headers: {
      etag,
      'cache-control': 'private, no-cache',
      'content-type': mediaType,
      'content-security-policy': policy,
      'content-disposition': `attachment; filename*=UTF-8''${encodeFileName(fileName)}`,
      'x-content-type-options': 'nosniff',
    },
  });
}
