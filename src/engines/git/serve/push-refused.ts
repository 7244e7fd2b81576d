import { DomainError } from '../../../errors.js';
import { NativeGitError } from '../native/native-git.js';

/** A push that is refused as a whole. Its user reads `message`. */
export class PushRefused extends Error {
  constructor(
    message: string,
    /** For the log only. */
    cause?: unknown,
  ) {
    super(message, { cause });
    this.name = 'PushRefused';
  }
}

/** A push with more objects than one check reads. */
export class TooManyObjects extends PushRefused {
  constructor(cause: unknown) {
    super('the push has too many objects; push in parts', cause);
  }
}

/** Makes a failure of Git the reason for refusing a push. Any other error is returned as it is. */
export function asRefused(error: unknown, message: string): unknown {
  return error instanceof NativeGitError ? new PushRefused(message, error) : error;
}

/** The error for a body that no Git client sends. */
export function invalidPush(fault: string): DomainError {
  return new DomainError('invalid_request', `This is not a push as git sends it: ${fault}.`);
}
