import { invalidField } from '../errors.js';

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** Whether the text is a UUID in its usual form (RFC 9562, section 4). */
export function isUuid(value: string): boolean {
  return uuid.test(value);
}

/**
 * Checks a name for people: 1 to 200 characters without the spaces around it, no control characters.
 * @param field its name in the input; default `name`
 * @returns the name without the spaces around it
 * @throws FieldError `invalid_request` naming the field
 */
export function checkName(value: string, field = 'name'): string {
  const name = value.trim();
  if (name.length === 0) throw invalidField(field, 'must not be empty', 'too_short');
  if (name.length > 200) throw invalidField(field, 'must have at most 200 characters', 'too_long');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the rule is about mistakes, and this looks for them
  if (/[\u0000-\u001f\u007f]/.test(name) || !name.isWellFormed()) {
    throw invalidField(field, 'must not contain control characters');
  }
  return name;
}

/**
 * Checks that the database and Git can store a text: no NUL, no lone surrogates, at most `limit` UTF-16 units.
 * @returns the text
 * @throws FieldError `invalid_request` naming the field
 */
export function checkText(value: string, field: string, limit: number): string {
  if (value.length > limit) throw invalidField(field, `must have at most ${limit} characters`, 'too_long');
  if (value.includes('\0') || !value.isWellFormed()) {
    throw invalidField(field, 'must not contain NUL or lone surrogates');
  }
  return value;
}
