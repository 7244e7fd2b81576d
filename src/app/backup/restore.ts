import { chmod, copyFile, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../../config.js';
import { loadTables } from '../../engines/database/load-tables.js';
import { readMigrations } from '../../engines/database/migration-files.js';
import { openDatabase } from '../../engines/database/open-database.js';
import { refuseTables } from '../../engines/database/refuse-tables.js';
import { findNativeGit } from '../../engines/git/find-native-git.js';
import type { CopiedRepositories } from '../../engines/git/git-store.js';
import { missingObjects } from '../../engines/git/missing-objects.js';
import { DomainError } from '../../errors.js';
import { backupNames, type Manifest, readManifest } from './manifest.js';
import { digestOf, readTable } from './table-files.js';

/** What {@link restore} needs. */
export interface RestoreOptions {
  config: Pick<Config, 'dataDir' | 'databaseUrl'>;
  /** The folder of the SQL migrations. */
  migrationsDirectory: string;
}

/** What was restored. */
export interface RestoreSummary {
  manifest: Manifest;
  /** Repositories that lack objects, with what git says: in the backup, too. */
  damaged: CopiedRepositories['damaged'];
}

/**
 * Writes a backup into an empty `DATA_DIR`, and an empty database. The next start of a gateway on it migrates the database, adds
 * to its index what the repositories have beyond it, and ends workers and runs that are not there any more. When it fails,
 * at most the empty tables of a PostgreSQL server remain, into which it can be repeated.
 * @throws DomainError `storage_unavailable`, e.g. when one of them is not empty, or the backup is damaged or of a newer version
 */
export async function restore(options: RestoreOptions, folder: string): Promise<RestoreSummary> {
  const { dataDir } = options.config;
  const manifest = await readManifest(folder);
  await checkFiles(folder, manifest);
  const existed = await refuseFiles(dataDir);
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const repositories = join(dataDir, 'repositories');
    await cp(join(folder, backupNames.repositories), repositories, {
      recursive: true,
      preserveTimestamps: true,
    });
    await chmod(repositories, 0o700);
    for (const name of manifest.secrets) {
      await copyFile(join(folder, backupNames.secrets, name), join(dataDir, name));
      await chmod(join(dataDir, name), 0o600);
    }
    await loadDatabase(options, folder, manifest);
    return { manifest, damaged: await damagedOf(repositories, manifest) };
  } catch (error) {
    const made = existed ? (await readdir(dataDir)).map((name) => join(dataDir, name)) : [dataDir];
    for (const path of made) await rm(path, { recursive: true, force: true });
    throw error;
  }
}

async function damagedOf(root: string, manifest: Manifest): Promise<CopiedRepositories['damaged']> {
  const native = await findNativeGit();
  const damaged: CopiedRepositories['damaged'] = [];
  for (const id of manifest.repositories) {
    const reason = await missingObjects(join(root, `${id}.git`), native);
    if (reason !== null) damaged.push({ id, reason });
  }
  return damaged;
}

async function checkFiles(folder: string, { tables, repositories }: Manifest): Promise<void> {
  const found = new Set(await readdir(join(folder, backupNames.repositories)).catch(() => []));
  const lost = repositories.find((id) => !found.has(`${id}.git`));
  if (lost !== undefined)
    throw new DomainError('storage_unavailable', `The backup is damaged: the repository ${lost} is missing.`);
  for (const { name, sha256 } of tables) {
    const found = await digestOf(join(folder, backupNames.database), name).catch(() => null);
    if (found !== sha256)
      throw new DomainError(
        'storage_unavailable',
        `The backup is damaged: the file of the table ${name} is missing or changed.`,
      );
  }
}

/** @returns whether the folder exists */
async function refuseFiles(dataDir: string): Promise<boolean> {
  const names = await readdir(dataDir).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
  });
  if (names && names.length > 0)
    throw new DomainError(
      'storage_unavailable',
      `${dataDir} is not empty. Restore into a new folder, and set DATA_DIR to it: nothing is replaced.`,
    );
  return names !== undefined;
}

/**
 * Makes the tables with the migrations that the backup has, and loads its rows. Later migrations are left to the next start,
 * because they may have to change these rows.
 */
async function loadDatabase(
  { config, migrationsDirectory }: RestoreOptions,
  folder: string,
  manifest: Manifest,
): Promise<void> {
  const temporary = await mkdtemp(join(tmpdir(), 'restore-migrations-'));
  try {
    const known = new Set((await readMigrations(migrationsDirectory)).map(({ name }) => name));
    for (const name of manifest.migrations) {
      if (!known.has(name))
        throw new DomainError('storage_unavailable', 'The backup is of a newer version of the gateway.');
      await cp(join(migrationsDirectory, name), join(temporary, name), { recursive: true });
    }
    const database = await openDatabase({
      url: config.databaseUrl,
      pgliteDirectory: config.databaseUrl ? undefined : join(config.dataDir, 'database'),
      migrationsDirectory: temporary,
      beforeMigrating: (client) => refuseTables(client, manifest),
    });
    const read = (table: string) => readTable(join(folder, backupNames.database), table);
    await loadTables(database.prisma, manifest, read).finally(() => database.close());
  } finally {
    await rm(temporary, { recursive: true });
  }
}
