import { checkText } from '../validation/validate.js';

const maxRequestIdLength = 200;
/** The maximum length of an answer, in UTF-16 units. */
export const maxValueLength = 100_000;

/** The checks of the answer to a run that asks for input. Each returns its value. @throws FieldError `invalid_request` */
export const checkInputAnswer = {
  requestId: (value: string): string => checkText(value, 'requestId', maxRequestIdLength),
  value: (value: string): string => checkText(value, 'value', maxValueLength),
};
