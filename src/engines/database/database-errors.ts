import { DomainError } from '../../errors.js';
import { DatabaseAwayError } from './database-away-error.js';
import { FormerOwnerError } from './former-owner-error.js';
import { cutMessages } from './resend-reads.js';

/**
 * Prisma's codes for a database that cannot be reached, closed the connection, has no free connection, or timed out, and
 * the driver's codes for the same.
 * @see https://www.prisma.io/docs/orm/reference/error-reference
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
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
]);

/**
 * PostgreSQL's codes for: a connection that broke or was not accepted (class 08, of a pooler too), a server that became
 * read-only in a failover, a transaction that was idle for too long, disk full, too many connections (twice), shutting down
 * (twice), cannot connect now, a session that was idle for too long, timed out.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const unavailableStates = new Set([
  ...['08000', '08001', '08003', '08004', '08006', '08P01', '25006', '25P03'],
  ...['53100', '53300', '53400', '57P01', '57P02', '57P03', '57P05', '57014'],
]);

/** The adapter's names for the same errors. Raw statements need them: Prisma has one code (P2010) for all their errors. */
const unavailableKinds = new Set([
  'DatabaseNotReachable',
  'ConnectionClosed',
  'SocketTimeout',
  'TooManyConnections',
]);

/**
 * What the pool says when all its connections were used for too long, and when the server accepted none in time, and what the
 * driver says of an answer that did not come in time, and of a connection that was cut. These errors have no code.
 * @see https://node-postgres.com/apis/pool
 */
const unavailableMessages = new Set([
  'timeout exceeded when trying to connect',
  'Connection terminated due to connection timeout',
  'Query read timeout',
  ...cutMessages,
]);

/** PostgreSQL's code for a text that it cannot store; from a client, this is nearly always one with a NUL character. */
const invalidText = '22021';

/**
 * Converts an error of the database to a {@link DomainError}: {@link DatabaseAwayError} when the database could not answer,
 * `invalid_request` when it could not store a text, and `runtime_unavailable` for a {@link FormerOwnerError}. Returns every
 * other error unchanged.
 */
export function withDatabaseErrors(error: unknown): unknown {
  if (error instanceof DomainError || typeof error !== 'object' || error === null) return error;
  if (error instanceof FormerOwnerError)
    return new DomainError(
      'runtime_unavailable',
      'Another gateway has just taken over the kernels; try again.',
      {
        cause: error,
        retryAfterSeconds: 1,
      },
    );
  const { code, message, meta } = error as {
    code?: string;
    message?: string;
    meta?: { driverAdapterError?: unknown };
  };
  const { originalCode: state = code ?? '', kind = '' } = driverCauseOf(meta?.driverAdapterError ?? error);
  if (state === invalidText) {
    return new DomainError('invalid_request', 'A text of the request has a NUL character; leave it out.', {
      cause: error,
    });
  }
  const isAway =
    unavailable.has(code ?? '') ||
    unavailableStates.has(state) ||
    unavailableKinds.has(kind) ||
    unavailableMessages.has(message ?? '');
  return isAway ? new DatabaseAwayError(error) : error;
}

/** What the adapter says of an error of the driver. Within a transaction, its own error may come as it is. */
function driverCauseOf(error: unknown): { originalCode?: string; kind?: string } {
  const { name, cause } = error as { name?: string; cause?: { originalCode?: string; kind?: string } };
  return (name === 'DriverAdapterError' && cause) || {};
}
