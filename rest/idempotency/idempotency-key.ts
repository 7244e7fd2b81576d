import { badRequest } from '../request-error.js';

/** The pattern of the header: a string of structured fields (RFC 9651, section 3.3.3), or the key without quotes. */
export const keyPattern =
  '^(?:[\\x21\\x23-\\x7e][\\x21-\\x7e]{0,254}|"(?:[\\x20\\x21\\x23-\\x5b\\x5d-\\x7e]|\\\\["\\\\]){1,255}")$';

const valid = new RegExp(keyPattern);

/**
 * The key of a request, or null. A key in quotes and the same key without them are one key.
 * @throws RequestError `invalid_request` unless it matches {@link keyPattern}
 * @see https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/
 */
export function idempotencyKey(headers: Headers): string | null {
  const key = headers.get('idempotency-key');
  if (key === null) return null;
  if (!valid.test(key))
    throw badRequest(
      ['header', 'Idempotency-Key'],
      'must be 1 to 255 visible ASCII characters, with or without quotes around them',
    );
  return key.startsWith('"') ? key.slice(1, -1).replace(/\\(.)/g, '$1') : key;
}
