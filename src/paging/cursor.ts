import { type DomainError, invalidField } from '../errors.js';

/** Encodes the values by which a list is sorted as a cursor. */
export function writeCursor(values: string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * Decodes the values of a cursor from {@link writeCursor}.
 * @param length the number of values that the list sorts by
 * @throws DomainError `invalid_request` naming `after` when the cursor does not have exactly `length` values
 */
export function readCursor(cursor: string, length: number): string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && values.every((one) => typeof one === 'string')) {
      return values;
    }
  } catch {
    // Reported below.
  }
  throw malformedCursor();
}

/** The error for an `after` that cannot be a cursor of the list: `invalid_request`, naming `after`. */
export function malformedCursor(): DomainError {
  return invalidField('after', 'is not a cursor of this list');
}
