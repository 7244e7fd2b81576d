import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../engines/database/database.js';
import { databaseId } from '../engines/database/database-id.js';
import { openDatabase } from '../engines/database/open-database.js';
import { findNativeGit } from '../engines/git/find-native-git.js';
import { GitStore } from '../engines/git/git-store.js';
import { assertSameFolder } from './assert-same-folder.js';
import { createGitSlots } from './create-client-slots.js';

/** The database and the Git store of a gateway. */
export interface Stores {
  database: Database;
  git: GitStore;
  /** The version of native git, e.g. `2.39.5`. */
  gitVersion: string;
  /** The UUID of this installation, which all processes on its database share. */
  gatewayId: string;
}

/** What {@link openStores} needs. */
export interface StoreOptions {
  config: Config;
  log: Logger;
  /** The folder of the SQL migrations. */
  migrationsDirectory: string;
  /** An open database to use; default opens the configured one. */
  database?: Database;
}

/**
 * Opens and migrates the database, and opens the Git store. In the store it completes writes that a killed process did not
 * finish.
 * @throws Error with one sentence when git 2.32 or newer is not installed
 * @throws DomainError `storage_unavailable` when the database and the folder do not belong together
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
  const gatewayId = await databaseId(database.prisma);
  const root = join(config.dataDir, 'repositories');
  const git = new GitStore({
    createSlots: createGitSlots,
    root,
    native,
    leases: database.leases,
    databaseId: gatewayId,
    report: (err) => log.error({ err }, 'the Git store failed in the background'),
  });
  await git.reconcile();
  // The embedded database is in the same folder.
  if (database.kind === 'postgresql') await assertSameFolder(database.prisma, root);
  return { database, git, gitVersion: native.version, gatewayId };
}
