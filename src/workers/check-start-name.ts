import { checkText } from '../validation/validate.js';

const maxNameLength = 200;

/**
 * Checks the name of a kernel, kernel profile or resource class in the input of a start, before it is looked up.
 * @returns the name
 * @throws FieldError `invalid_request` naming the field
 */
export function checkStartName(value: string, field: string): string {
  return checkText(value, field, maxNameLength);
}
