/**
 * The name of a download, encoded for `filename*` of the header `Content-Disposition`.
 * @see https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1
 */
export function encodeFileName(name: string): string {
  return encodeURIComponent(name).replace(
    /['()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
