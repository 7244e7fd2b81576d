import { DomainError } from '../../../errors.js';
import { NativeGitError } from '../native/native-git.js';

/** A push that is refused as a whole; `message` is what its user reads. */
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

/** There are more objects than are gone through at once. */
export class TooManyObjects extends PushRefused {
  constructor(cause: unknown) {
    super('the push has too many objects; push in parts', cause);
  }
}

/** What git failed at as the reason to refuse a push; what it is not to blame for stays as it is. */
export function asRefused(error: unknown, message: string): unknown {
  return error instanceof NativeGitError ? new PushRefused(message, error) : error;
}

/** A body that no git client sends. */
export function invalidPush(fault: string): DomainError {
  return new DomainError('invalid_request', `This is not a push as git sends it: ${fault}.`);
}
