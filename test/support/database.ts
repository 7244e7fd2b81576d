import { openAsBlob } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inject } from 'vitest';
import type { Database, DatabaseOptions } from '../../src/engines/database/database.js';
import { openDatabase } from '../../src/engines/database/open-database.js';
import { createDatabase } from './database-server.js';

const migrationsDirectory = 'prisma/migrations';

/** The kind of database that the tests run on: `TEST_DB`, default `pglite`. */
export const testDatabaseKind = process.env.TEST_DB === 'postgres' ? 'postgresql' : 'pglite';

/** The dump of a migrated and empty embedded database, if the tests run on one. */
export function testDump(): Promise<Blob> {
  return openAsBlob(inject('databaseTemplate'));
}

/** Opens a new, migrated and empty database; `close` also removes it. */
export async function openTestDatabase(): Promise<Database> {
  if (testDatabaseKind === 'pglite') {
    return openDatabase({ loadDataDir: await testDump(), migrationsDirectory });
  }
  const { url, remove } = await createDatabase(`TEMPLATE "${inject('databaseTemplate')}"`);
  const database = await openDatabase({ url, migrationsDirectory, poolSize: 5 });
  return {
    ...database,
    async close() {
      await database.close();
      await remove();
    },
  };
}

/** A location for an empty database that remains when it is closed. */
export interface DatabaseHome {
  options: Pick<DatabaseOptions, 'url' | 'pgliteDirectory'>;
  /** The `DATABASE_URL` for Prisma's CLI. */
  cliUrl: string;
  remove(): Promise<void>;
}

/** Creates a {@link DatabaseHome} for tests that open, migrate and reopen a database. */
export async function createDatabaseHome(): Promise<DatabaseHome> {
  if (testDatabaseKind === 'pglite') {
    const folder = await mkdtemp(path.join(tmpdir(), 'database-home-'));
    return {
      options: { pgliteDirectory: folder },
      cliUrl: `pglite:${folder}`,
      remove: () => rm(folder, { recursive: true }),
    };
  }
  const { url, remove } = await createDatabase();
  return { options: { url }, cliUrl: url, remove };
}
