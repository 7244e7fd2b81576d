import { checkText } from './validate.js';

/** The maximum length of code, in UTF-16 units. */
export const maxCodeLength = 5_000_000;

/**
 * Checks code for a kernel: at most 5,000,000 UTF-16 units.
 * @returns the code
 * @throws FieldError `invalid_request` naming `code`
 */
export function checkCode(value: string): string {
  return checkText(value, 'code', maxCodeLength);
}
