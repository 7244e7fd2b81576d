import { DomainError } from '../../errors.js';

/**
 * Prisma's codes for a database that cannot be reached, went away, or has no connection or time for us
 * (https://www.prisma.io/docs/orm/reference/error-reference), and the driver's for the same.
 */
const unavailable = new Set([
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

/** PostgreSQL's codes for: disk full, too many connections, shutting down (twice), cannot connect now, timed out. */
const unavailableStates = new Set(['53100', '53300', '57P01', '57P02', '57P03', '57014']);

/** What the adapter calls the same, also where Prisma has but one code for every failure of a raw statement (P2010). */
const unavailableKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/** PostgreSQL's code for text that it cannot hold; from a client that is as a rule a NUL. */
const invalidText = '22021';

/** The error as a {@link DomainError} where the database could not answer, or could not hold a text; else as it is. */
export function withDatabaseErrors(error: unknown): unknown {
  if (error instanceof DomainError || typeof error !== 'object' || error === null) return error;
  const { code, meta } = error as {
    code?: string;
    meta?: { driverAdapterError?: { cause?: { originalCode?: string; kind?: string } } };
  };
  const { originalCode: state = '', kind = '' } = meta?.driverAdapterError?.cause ?? {};
  if (state === invalidText) {
    return new DomainError('invalid_request', 'A text of the request has a NUL character; leave it out.', {
      cause: error,
    });
  }
  const isAway = unavailable.has(code ?? '') || unavailableStates.has(state) || unavailableKinds.has(kind);
  if (!isAway) return error;
  return new DomainError('storage_unavailable', 'The database does not answer; try again in some seconds.', {
    cause: error,
    retryAfterSeconds: 5,
  });
}
