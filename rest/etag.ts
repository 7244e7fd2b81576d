/**
 * Whether the client has what a resource has now: `If-None-Match` lists its tag.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-13.1.2
 */
export function knowsEtag(headers: Headers, etag: string): boolean {
  const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return known.includes(etag) || known.includes('*');
}
