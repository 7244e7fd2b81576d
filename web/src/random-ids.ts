/**
 * A random UUID of version 4. Browsers offer `crypto.randomUUID` on https and localhost only; gateways are also used over http.
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.4
 */
export function newUuid(): string {
  const digits = [...randomHex(16)];
  digits[12] = '4';
  digits[16] = '89ab'[Number.parseInt(digits[16]!, 16) % 4]!;
  return digits.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Random bytes as hex digits, two for each byte. */
export function randomHex(bytes: number): string {
  const random = crypto.getRandomValues(new Uint8Array(bytes));
  return [...random].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
