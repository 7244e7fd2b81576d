import { type DomainError, invalidField } from '../errors.js';

/** Makes a cursor of the values that a list is sorted by. */
export function writeCursor(values: string[]): string {
  return Buffer.from(JSON.stringify(values)).toString('base64url');
}

/**
 * The values that {@link writeCursor} was given.
 * @throws DomainError `invalid_request` naming `after` when it is no cursor of so many values
 */
export function readCursor(cursor: string, length: number): string[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(values) && values.length === length && values.every((one) => typeof one === 'string')) {
      return values;
    }
  } catch {
    // Told below.
  }
  throw malformedCursor();
}

/** What a client is told whose `after` no cursor of the list can be. */
export function malformedCursor(): DomainError {
  return invalidField('after', 'is not a cursor of this list');
}
