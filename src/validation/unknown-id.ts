import { type FieldError, type FieldPath, invalidField } from '../errors.js';
import { isUuid } from './validate.js';

/** A field that names something by its id, and the end of the sentence "is not …". */
export type NamedBy = readonly [field: string | FieldPath, what: string];

/**
 * The error for an id that names nothing, or nothing that the caller may name.
 * @example throw unknownId('ownerUserId', 'a member of this space');
 */
export function unknownId(...[field, what]: NamedBy): FieldError {
  return invalidField(field, `is not ${what}`, 'unknown');
}

/**
 * Checks that an id is a UUID, so that the database can look for it.
 * @returns the id
 * @throws FieldError as for an unknown id, see {@link unknownId}
 */
export function checkIdOf(id: string, ...named: NamedBy): string {
  if (!isUuid(id)) throw unknownId(...named);
  return id;
}
