import { checkRange } from '../validation/check-input.js';

const maxCursorPos = 5_000_000;

/** The checks of the fields of questions to a kernel. Each returns its value. @throws FieldError `invalid_request` */
export const checkQuestion = {
  cursorPos: (value: number): number => checkRange(value, 'cursorPos', 0, maxCursorPos),
  detailLevel: (value: number): number => checkRange(value, 'detailLevel', 0, 1),
};

/** The number of code points of a text, in which the protocol counts positions. */
export function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
