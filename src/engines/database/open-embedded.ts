import { mkdir } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';
import { DomainError } from '../../errors.js';
import { createPrismaClient } from './create-prisma-client.js';
import type { Database, DatabaseOptions } from './database.js';
import { type DirectoryLock, lockDirectory } from './directory-lock.js';
import { LocalLeases } from './local-leases.js';
import { migrate } from './migrate.js';
import { copyToPglite, createPglitePool, openPglite } from './pglite-pool.js';
import { RowLoader } from './row-loader.js';

/**
 * Opens PGlite in a folder, or in memory. Acknowledged writes survive when the process is killed. PGlite never calls fsync,
 * so a power failure may lose the last writes.
 * @throws DomainError `storage_unavailable` when another gateway uses the folder, when PGlite does not start, or when a
 *   migration fails
 */
export async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const lock = await lockFolder(options.pgliteDirectory);
  try {
    const db = await start(options);
    try {
      return await connect(db, options, lock);
    } catch (error) {
      await db.close();
      throw error;
    }
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

async function lockFolder(directory: string | undefined): Promise<DirectoryLock | undefined> {
  if (directory === undefined) return undefined;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  return lockDirectory(directory);
}

async function start({ pgliteDirectory, loadDataDir }: DatabaseOptions): Promise<PGlite> {
  try {
    return await openPglite({ directory: pgliteDirectory, loadDataDir });
  } catch (cause) {
    throw new DomainError(
      'storage_unavailable',
      'The embedded database does not start; restore its folder from a backup or set DATA_DIR to a new one.',
      { cause },
    );
  }
}

async function connect(db: PGlite, options: DatabaseOptions, lock?: DirectoryLock): Promise<Database> {
  const pool = createPglitePool(db);
  const client = await pool.connect();
  try {
    await options.beforeMigrating?.(client);
    await migrate(client, options.migrationsDirectory);
  } finally {
    client.release(true);
  }
  const prisma = createPrismaClient(pool);
  return {
    prisma,
    pool,
    kind: 'pglite',
    leases: new LocalLeases(),
    rows: new RowLoader(pool, copyToPglite(db)),
    notifications: null,
    async close() {
      try {
        await prisma.$disconnect();
        await db.close();
      } finally {
        await lock?.release();
      }
    },
  };
}
