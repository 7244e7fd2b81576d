import { FieldError } from '../../errors.js';
import { uniqueViolation } from './unique-violation.js';

/**
 * Runs a write and reports a violated unique constraint as a fault of the field that must be unique.
 * @throws DomainError `already_exists` naming the field, and what `write` throws
 */
export async function refuseDuplicate<T>(field: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!uniqueViolation(error)) throw error;
    const message = 'is taken already; choose another';
    throw new FieldError('already_exists', [{ path: [field], message, type: 'duplicate' }]);
  }
}
