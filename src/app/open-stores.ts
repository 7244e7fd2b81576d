import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../engines/database/database.js';
import { databaseId } from '../engines/database/database-id.js';
import { openDatabase } from '../engines/database/open-database.js';
import { findNativeGit } from '../engines/git/find-native-git.js';
import { GitStore } from '../engines/git/git-store.js';

/** What a gateway keeps its data in. */
export interface Stores {
  database: Database;
  git: GitStore;
  /** The version of native git, e.g. `2.39.5`. */
  gitVersion: string;
}

/** What {@link openStores} needs. */
export interface StoreOptions {
  config: Config;
  log: Logger;
  /** The folder of the SQL migrations. */
  migrationsDirectory: string;
  /** A database that is open already. */
  database?: Database;
}

/**
 * Opens the database, which it migrates, and the Git store, in which it finishes what a killed process left half-done.
 * @throws Error in one sentence where git 2.32 or newer is missing
 */
export async function openStores(options: StoreOptions): Promise<Stores> {
  const { config, log, migrationsDirectory } = options;
  const native = await findNativeGit();
  await mkdir(config.dataDir, { recursive: true, mode: 0o700 });
  const database =
    options.database ??
    (await openDatabase({
      url: config.databaseUrl,
      pgliteDirectory: config.databaseUrl ? undefined : join(config.dataDir, 'database'),
      migrationsDirectory,
    }));
  const git = new GitStore({
    root: join(config.dataDir, 'repositories'),
    native,
    leases: database.leases,
    databaseId: await databaseId(database.prisma),
    report: (err) => log.error({ err }, 'the Git store failed in the background'),
  });
  await git.reconcile();
  return { database, git, gitVersion: native.version };
}
