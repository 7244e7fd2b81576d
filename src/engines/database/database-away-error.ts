import { DomainError } from '../../errors.js';

/** A `storage_unavailable` that passes: the database does not answer now. Others with that code may be damage that stays. */
export class DatabaseAwayError extends DomainError {
  /** @param cause the error of Prisma or of the driver */
  constructor(cause: unknown) {
    const options = { cause, retryAfterSeconds: 5 };
    super('storage_unavailable', 'The database does not answer; try again in some seconds.', options);
  }
}
