import { DomainError } from '../errors.js';

/**
 * Prisma's codes for a database that cannot be reached, went away, or has no connection or time for us
 * (https://www.prisma.io/docs/orm/reference/error-reference), and the driver's for the same.
 */
const codes = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2028',
  'P2037',
  'ECONNREFUSED',
  'ECONNRESET',
]);

/** The error as `storage_unavailable` where the database did not answer, else as it is. */
export function withDatabaseErrors(error: unknown): unknown {
  const code = (error as { code?: unknown } | null)?.code;
  if (error instanceof DomainError || typeof code !== 'string' || !codes.has(code)) return error;
  return new DomainError('storage_unavailable', 'The database does not answer; try again in some seconds.', {
    cause: error,
    retryAfterSeconds: 5,
  });
}
