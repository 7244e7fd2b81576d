import { PrismaPg } from '@prisma/adapter-pg';
import type pg from 'pg';
import { PrismaClient } from '../../../prisma/generated/client/client.js';
import { createStatementNames } from './statement-names.js';

/** Milliseconds: how long a transaction waits for a connection, and how long it may take. */
const transactionOptions = { maxWait: 10_000, timeout: 20_000 };

/**
 * The Prisma client over a pool that it owns from now on: `$disconnect` ends it. Interactive transactions wait 10 s for
 * a connection and may take 20 s. The embedded database has one connection, so inside `$transaction` use the
 * transaction's client only: the outer one waits for itself until that limit (P2028).
 */
export function createPrismaClient(pool: pg.Pool): PrismaClient {
  // Without a listener the error of an idle connection ends the process; the pool replaces the connection by itself.
  pool.on('error', () => undefined);
  return new PrismaClient({
    adapter: new PrismaPg(pool, {
      disposeExternalPool: true,
      statementNameGenerator: createStatementNames() as never,
    }),
    transactionOptions,
  });
}
