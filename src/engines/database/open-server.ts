import pg from 'pg';
import { DomainError } from '../../errors.js';
import { copyToServer } from './copy-query.js';
import { createPrismaClient } from './create-prisma-client.js';
import type { Database, DatabaseOptions } from './database.js';
import { FairPool } from './fair-pool.js';
import { migrate } from './migrate.js';
import { resendReads } from './resend-reads.js';
import { RowLoader } from './row-loader.js';
import { ServerLeases } from './server-leases.js';
import { ServerNotifications } from './server-notifications.js';

/**
 * In milliseconds. The client waits longer than the limit of the server, so it gives up only when the network is gone.
 */
const limits = {
  connectionTimeoutMillis: 10_000,
  statement_timeout: 30_000,
  query_timeout: 35_000,
  idle_in_transaction_session_timeout: 60_000,
  idleTimeoutMillis: 30_000,
};

/**
 * Opens a pool of connections to a PostgreSQL server. The server cancels a statement after 30 s and ends a transaction that
 * was idle for 60 s. A query waits at most 10 s for a connection, and a read whose connection was cut is sent again.
 * @throws DomainError `storage_unavailable` when the server does not answer or refuses the login, or when a migration fails
 */
export async function openServer(options: DatabaseOptions & { url: string }): Promise<Database> {
  await migrateServer(options);
  const pool = new FairPool({
    connectionString: options.url,
    application_name: 'notebook-gateway',
    keepAlive: true,
    max: options.poolSize ?? 10,
    ...limits,
  });
  resendReads(pool);
  const prisma = createPrismaClient(pool);
  const leases = new ServerLeases(options.url);
  return {
    prisma,
    pool,
    kind: 'postgresql',
    leases,
    rows: new RowLoader(pool, { begin: [], copy: copyToServer }),
    notifications: () => new ServerNotifications(options.url),
    async close() {
      await prisma.$disconnect();
      await leases.close();
    },
  };
}

/** Uses a separate connection without a statement timeout, because migrations may take long. */
async function migrateServer(options: DatabaseOptions & { url: string }): Promise<void> {
  const client = await connect(options.url);
  try {
    await options.beforeMigrating?.(client);
    await migrate(client, options.migrationsDirectory);
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function connect(connectionString: string): Promise<pg.Client> {
  try {
    const client = new pg.Client({
      connectionString,
      application_name: 'notebook-gateway-migrate',
      keepAlive: true,
      connectionTimeoutMillis: limits.connectionTimeoutMillis,
    });
    // A broken connection also fails the running query, and the caller handles that error.
    client.on('error', () => undefined);
    return await client.connect();
  } catch (cause) {
    throw new DomainError(
      'storage_unavailable',
      'The database server does not answer or refuses the login; check DATABASE_URL and the server.',
      { cause },
    );
  }
}
