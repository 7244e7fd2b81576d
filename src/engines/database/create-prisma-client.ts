import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from '../../../prisma/generated/client/client.js';
import { createStatementNames } from './statement-names.js';

/** In milliseconds: how long a transaction waits for a connection, and how long it may take. */
const transactionOptions = { maxWait: 10_000, timeout: 20_000 };

/**
 * Creates the Prisma client over a pool. The client owns the pool from now on: `$disconnect` ends it. Interactive
 * transactions wait 10 s for a connection and may take 20 s. Inside `$transaction`, use only the client of the transaction:
 * the embedded database has one connection, so a query of the outer client would wait until the time limit (P2028).
 */
export function createPrismaClient(pool: pg.Pool): PrismaClient {
  // Without a listener, an error of an idle connection would end the process. The pool replaces the connection itself.
  pool.on('error', () => undefined);
  return new PrismaClient({
    adapter: new PrismaPg(pool, {
      disposeExternalPool: true,
      statementNameGenerator: createStatementNames() as never,
    }),
    transactionOptions,
  });
}
