import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';

/** The waits between the tries, in milliseconds: a server that ends its connections usually accepts new ones immediately. */
const retryMs = [0, 100, 500];

/**
 * PostgreSQL's codes for a connection that the server ends (twice), and for one that it does not accept yet, and those of the
 * system for a connection that broke or was refused.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const cutCodes = new Set(['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED']);

/** What the driver says of a connection that ended; these errors have no code. */
export const cutMessages: ReadonlySet<string> = new Set([
  'Connection terminated',
  'Connection terminated unexpectedly',
  'Client has encountered a connection error and is not queryable',
]);

/**
 * Makes a pool send a single SELECT again, on another connection, when its own was cut. It may run twice then, so one that
 * changes something must allow that. Other statements and transactions fail: nobody knows whether they were executed.
 */
export function resendReads(pool: pg.Pool): void {
  const send = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  const query = async (...args: unknown[]): Promise<unknown> => {
    for (let attempt = 0; ; attempt++) {
      try {
        return await send(...args);
      } catch (error) {
        const waitMs = retryMs[attempt];
        if (waitMs === undefined || !isRead(args[0]) || !isCut(error)) throw error;
        await sleep(waitMs);
      }
    }
  };
  pool.query = query as typeof pool.query;
}

function isRead(statement: unknown): boolean {
  const text = typeof statement === 'string' ? statement : (statement as { text?: string }).text;
  return /^\s*SELECT\b/i.test(text ?? '');
}

function isCut(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return cutCodes.has(code ?? '') || cutMessages.has(message ?? '');
}
