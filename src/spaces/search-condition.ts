import { checkText } from '../validation/validate.js';

const maxLength = 200;

/**
 * The condition for a column that contains a text; upper and lower case are equal.
 * @param search default: every row
 * @returns undefined for every row
 * @throws FieldError `invalid_request` naming `search` when it has more than 200 characters
 */
export function containing(search: string | null | undefined) {
  if (search == null) return undefined;
  // Prisma does not escape the three special characters of LIKE.
  const contains = checkText(search, 'search', maxLength).replace(/[\\%_]/g, '\\$&');
  return { contains, mode: 'insensitive' as const };
}

/** The condition for users with a text in the name or the e-mail address. @see {@link containing} */
export function usersContaining(search: string | null | undefined) {
  const part = containing(search);
  return part ? { OR: [{ name: part }, { email: part }] } : {};
}
