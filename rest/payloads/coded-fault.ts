import type { ErrorCode } from '../../src/errors.js';
import type { RequestFault } from '../request-error.js';

/** A fault with the code that the whole request has if this is its first fault. */
export interface CodedFault extends RequestFault {
  code: ErrorCode;
}
