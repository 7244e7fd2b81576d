import { DomainError } from '../../../errors.js';

/** A `storage_unavailable`; `cause` is for the log only. */
export function storageUnavailable(cause: unknown): DomainError {
  return new DomainError(
    'storage_unavailable',
    'The repository cannot be read or written now; try again later.',
    {
      retryAfterSeconds: 5,
      cause,
    },
  );
}

/** A `storage_unavailable` for one branch or tag that is damaged. */
export function refUnreadable(cause: unknown): DomainError {
  return new DomainError(
    'storage_unavailable',
    'This branch or tag is damaged and cannot be read until it is repaired; all others can be read.',
    { retryAfterSeconds: 60, cause },
  );
}

/** The `code` of an operating system's error, e.g. `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('syscall' in error) || !('code' in error)) return undefined;
  return String(error.code);
}

/**
 * Runs one operation on the store. An error of the disk (full, over quota, broken, read-only) becomes
 * `storage_unavailable`, so that no answer reveals a path of the host.
 * @throws DomainError `storage_unavailable` and what `operation` throws
 */
export async function guardStorage<T>(operation: () => Promise<T>): Promise<T> {
  try {
    return await operation();
  } catch (error) {
    throw errnoOf(error) === undefined ? error : storageUnavailable(error);
  }
}
