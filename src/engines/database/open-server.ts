import pg from 'pg';
import { DomainError } from '../../errors.js';
import { createPrismaClient } from './create-prisma-client.js';
import { createServerLeases } from './server-leases.js';
import { migrate } from './migrate.js';
import type { Database, DatabaseOptions } from './open-database.js';

/** Milliseconds. The client gives up after the server should have: then the network is gone. */
const limits = {
  connectionTimeoutMillis: 10_000,
  statement_timeout: 30_000,
  query_timeout: 35_000,
  idle_in_transaction_session_timeout: 60_000,
  idleTimeoutMillis: 30_000,
};

/**
 * Opens a pool of connections to a PostgreSQL server. A statement is cut off after 30 s, a transaction in which nothing
 * happens after 60 s; a query waits at most 10 s for a connection.
 * @throws DomainError `storage_unavailable`
 */
export async function openServer(options: DatabaseOptions & { url: string }): Promise<Database> {
  await migrateServer(options.url, options.migrationsDirectory);
  const pool = new pg.Pool({
    connectionString: options.url,
    application_name: 'notebook-gateway',
    keepAlive: true,
    max: options.poolSize ?? 10,
    ...limits,
  });
  const prisma = createPrismaClient(pool);
  const leases = createServerLeases(options.url);
  return {
    prisma,
    kind: 'postgresql',
    leases,
    async close() {
      await prisma.$disconnect();
      await leases.close();
    },
  };
}

/** Over a connection of its own: migrations may take longer than a request's statements. */
async function migrateServer(connectionString: string, directory: string): Promise<void> {
  const client = await connect(connectionString);
  try {
    await migrate(client, directory);
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
    // A broken connection also fails the query under way, which is where it is handled.
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
