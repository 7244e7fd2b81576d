import { DomainError } from '../../errors.js';

/** `storage_unavailable` because the database does not answer now; with that code, other storage may be damaged for good. */
export class DatabaseAwayError extends DomainError {
  /** @param cause the error of Prisma or of the driver */
  constructor(cause: unknown) {
    const options = { cause, retryAfterSeconds: 5 };
    super('storage_unavailable', 'The database does not answer; try again in some seconds.', options);
  }
}
