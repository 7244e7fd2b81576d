import { invalidField, notFound } from '../errors.js';
import { checkText, isUuid } from './validate.js';

const maxEmail = 254;
const slug = /^[a-z0-9][a-z0-9-]{0,62}$/;

/**
 * Checks a slug: 1 to 63 lower-case letters, digits and hyphens, no hyphen first.
 * @returns the slug
 * @throws FieldError `invalid_request` naming the field
 */
export function checkSlug(value: string, field: string): string {
  if (!slug.test(value)) {
    throw invalidField(field, 'must be 1 to 63 lower-case letters, digits and hyphens, no hyphen first');
  }
  return value;
}

/**
 * Checks an e-mail address as far as the header of a commit needs it: one `@`, no spaces, no angle brackets, at most 254
 * characters.
 * @returns the address
 * @throws FieldError `invalid_request` naming `email`
 */
export function checkEmail(value: string): string {
  const email = checkText(value, 'email', maxEmail);
  if (!/^[^\s@<>\p{Cc}]+@[^\s@<>\p{Cc}]+$/u.test(email))
    throw invalidField('email', 'is not an e-mail address');
  return email;
}

/**
 * Checks that a number is within bounds, both included.
 * @returns the number
 * @throws FieldError `invalid_request` naming the field
 */
export function checkRange(value: number, field: string, min: number, max: number): number {
  if (value < min || value > max) throw invalidField(field, `must be from ${min} to ${max}`, 'out_of_range');
  return value;
}

/**
 * Checks that a text is a UUID.
 * @returns the text
 * @throws FieldError `invalid_request` naming the field
 */
export function checkUuid(value: string, field: string): string {
  if (!isUuid(value)) throw invalidField(field, 'must be a UUID', 'uuid');
  return value;
}

/**
 * Checks that an id is a UUID, so that the database can look for it.
 * @param what for the message, e.g. `The user`
 * @returns the id
 * @throws DomainError `not_found`, as for an unknown id
 */
export function checkId(id: string, what: string): string {
  if (!isUuid(id)) throw notFound(what);
  return id;
}

/**
 * {@link checkId} where ids are slugs.
 * @throws DomainError `not_found`
 */
export function checkSlugId(id: string, what: string): string {
  if (!slug.test(id)) throw notFound(what);
  return id;
}
