import type { ClientBase } from 'pg';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { FairPool } from './fair-pool.js';
import type { Leases } from './leases.js';
import type { RowLoader } from './row-loader.js';
import type { ServerNotifications } from './server-notifications.js';

/** An open database and the one Prisma client over it. */
export interface Database {
  prisma: PrismaClient;
  /** `pglite`: embedded in this process. `postgresql`: a server. */
  kind: 'pglite' | 'postgresql';
  /** Its connections: how many are used, and whom to notify of each use. */
  pool: Pick<FairPool, 'load' | 'onUsed'>;
  /** Names that at most one of the processes over this database holds at a time. */
  leases: Leases;
  /** Writes many rows together. */
  rows: RowLoader;
  /** Makes a connection that takes texts to the other processes over this database; null where there can be none. */
  notifications: (() => ServerNotifications) | null;
  /** Waits for the running queries, then closes connections and files and releases locks. */
  close(): Promise<void>;
}

/** Where the database is; with neither `url` nor `pgliteDirectory` it is embedded and in memory. */
export interface DatabaseOptions {
  /** A PostgreSQL server, `postgresql://…`. */
  url?: string;
  /** The folder of the embedded database; created when missing. */
  pgliteDirectory?: string;
  /** A dump from which a new embedded database starts. */
  loadDataDir?: Blob;
  /** The folder `prisma/migrations`. */
  migrationsDirectory: string;
  /** The maximum number of connections to the server, default 10; the embedded database has one. */
  poolSize?: number;
  /** Looks at the database before it is migrated; what it throws ends the opening, and nothing has changed. Default nothing. */
  beforeMigrating?: (client: Pick<ClientBase, 'query'>) => Promise<void>;
}
