import { DomainError, type DomainErrorOptions, type ErrorCode } from '../src/errors.js';

/** The position of a value in a request: the part, then the way to the value in it, e.g. `["body", "grants", 0]`. */
export type Location = readonly [part: 'body' | 'query' | 'path' | 'header', ...(string | number)[]];

/** What is wrong with one value of a request, as it is answered. */
export interface RequestFault {
  loc: Location;
  /** The rest of a sentence that begins with the value's name. */
  msg: string;
  /** A stable word in snake_case for programs. */
  type: string;
}

/** A refusal that names values of the request by their location; its text is the sentence of the first fault. */
export class RequestError extends DomainError {
  readonly faults: readonly [RequestFault, ...RequestFault[]];

  /** @param faults at least one */
  constructor(
    code: ErrorCode,
    faults: readonly [RequestFault, ...RequestFault[]],
    options?: DomainErrorOptions,
  ) {
    const [{ loc, msg }] = faults;
    super(code, `${loc.slice(1).join('.') || `The ${loc[0]}`}${loc.length > 1 ? ':' : ''} ${msg}`, options);
    this.faults = faults;
  }
}

/** An `invalid_request` about one value. @param type default `invalid` */
export function badRequest(loc: Location, msg: string, type = 'invalid'): RequestError {
  return new RequestError('invalid_request', [{ loc, msg, type }]);
}
