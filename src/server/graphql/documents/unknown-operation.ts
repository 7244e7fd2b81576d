import { type FieldError, invalidField } from '../../../errors.js';

/** The error of a request from whose `operationName` nobody can say which operation of the document to run. */
export function unknownOperation(): FieldError {
  return invalidField('operationName', 'must name one of the operations of the document', 'unknown');
}
