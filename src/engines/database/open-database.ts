import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import type { Leases } from './server-leases.js';
import { openEmbedded } from './open-embedded.js';
import { openServer } from './open-server.js';

/** An open database and the one Prisma client over it. */
export interface Database {
  prisma: PrismaClient;
  kind: 'pglite' | 'postgresql';
  /** Names that one of the processes over this database holds at a time. */
  leases: Leases;
  /** Waits for the queries under way, then lets go of connections, files and locks. */
  close(): Promise<void>;
}

/** Where the database is; with neither `url` nor `pgliteDirectory` it is embedded and in memory. */
export interface DatabaseOptions {
  /** A PostgreSQL server, `postgresql://…`. */
  url?: string;
  /** The folder of the embedded database, made when missing. */
  pgliteDirectory?: string;
  /** A dump that a new embedded database begins with. */
  loadDataDir?: Blob;
  /** The folder `prisma/migrations`. */
  migrationsDirectory: string;
  /** Connections to the server at most, default 10; the embedded database has one. */
  poolSize?: number;
}

/**
 * Opens the database, brings it up to date and returns its client. Migrations run in every process that starts; an
 * advisory lock lets one at a time through.
 * @throws DomainError `storage_unavailable` when it cannot be reached or opened, is in use by another gateway, or when
 * a migration fails or failed earlier
 */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url === undefined ? openEmbedded(options) : openServer({ ...options, url: options.url });
}
