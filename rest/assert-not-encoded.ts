import { DomainError } from '../src/errors.js';

/**
 * Refuses a body with a content coding: sizes are limited as they come over the network, so nothing is decompressed.
 * @param coding the header `Content-Encoding`
 * @throws DomainError `unsupported_media_type`, with `Accept-Encoding`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16
 */
export function assertNotEncoded(coding: string | null | undefined): void {
  if (!coding || /^\s*identity\s*$/i.test(coding)) return;
  throw new DomainError('unsupported_media_type', 'Send the body without a Content-Encoding.', {
    headers: { 'accept-encoding': 'identity' },
  });
}
