/** How a body is compressed. */
export type Encoding = 'br' | 'gzip' | 'identity';

/**
 * The best encoding that a client accepts.
 * @param accepted its field `Accept-Encoding`
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
 */
export function encodingFor(accepted: string): Encoding {
  const accepts = (name: string) =>
    accepted.split(',').some((item) => {
      const [coding, ...parameters] = item
        .toLowerCase()
        .split(';')
        .map((part) => part.trim());
      return coding === name && !parameters.some((one) => /^q\s*=\s*0(\.0*)?$/.test(one));
    });
  if (accepts('br')) return 'br';
  return accepts('gzip') ? 'gzip' : 'identity';
}

/** Whether a field `If-None-Match` has this entity tag. */
export function hasTag(field: string | undefined, etag: string): boolean {
  const tags = field?.split(/\s*,\s*/) ?? [];
  return tags.some((tag) => tag === '*' || tag.replace(/^W\//, '') === etag);
}
