import { chmod, copyFile, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../../config.js';
import { type DatabaseDump, dumpTables } from '../../engines/database/dump-tables.js';
import type { CopiedRepositories } from '../../engines/git/git-store.js';
import { syncFolder } from '../../engines/git/sync-folder.js';
import { DomainError } from '../../errors.js';
import { openStores, type StoreOptions, type Stores } from '../open-stores.js';
import { backupNames, type Manifest, secretFiles, writeManifest } from './manifest.js';
import { digestOf, TableWriter } from './table-files.js';

/** What {@link backUp} needs. */
export type BackupOptions = Pick<StoreOptions, 'config' | 'log' | 'migrationsDirectory'>;

/** What was backed up. */
export interface BackupSummary {
  manifest: Omit<Manifest, 'format'>;
  /** Repositories that lack objects, in the backup and so in `DATA_DIR`. */
  damaged: CopiedRepositories['damaged'];
  /** Repositories that the database had when it was read, and that have no folder. */
  missing: string[];
}

/**
 * Copies the database, the repositories and the secrets into a folder. With a PostgreSQL server, gateways go on meanwhile; an
 * embedded database must not be in use.
 *
 * The database is read first, as it is at one moment, and the repositories after it. So they have all commits that the database
 * knows. What was saved in between is in the repositories only: a gateway that starts adds it to its index, as it
 * does with a push.
 * @param folder is created, or must be empty
 * @throws DomainError `storage_unavailable`, e.g. when the folder is not empty, or another process uses the embedded database
 */
export async function backUp(options: BackupOptions, folder: string): Promise<BackupSummary> {
  const { config } = options;
  await createFolder(folder);
  const stores = await open(options);
  try {
    const { database, git } = stores;
    const dump = await dumpTo(join(folder, backupNames.database), stores);
    const { ids, damaged } = await git.copyTo(join(folder, backupNames.repositories));
    const secrets = await copySecrets(config, join(folder, backupNames.secrets));
    const { migrations, sequences, tables } = dump;
    const manifest = {
      ...{ createdAt: new Date().toISOString(), database: database.kind, migrations, sequences, tables },
      ...{ repositories: ids, secrets },
    };
    const missing = dump.repositories.filter((id) => !ids.includes(id));
    // Whoever finds a manifest has a whole backup, also after a power failure.
    await syncFolder(folder);
    await writeManifest(folder, manifest);
    await syncFolder(folder);
    return { manifest, damaged, missing };
  } finally {
    await stores.git.close();
    await stores.database.close();
  }
}

async function createFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if ((await readdir(folder)).length > 0)
    throw new DomainError(
      'storage_unavailable',
      `${folder} is not empty. A backup begins with an empty folder.`,
    );
  await chmod(folder, 0o700);
}

/** Opening the stores completes what a killed gateway has left, and migrates the database, as a start does. */
async function open(options: BackupOptions): Promise<Stores> {
  const { dataDir, databaseUrl } = options.config;
  const hasData = await stat(join(dataDir, 'repositories')).catch(() => null);
  if (!hasData)
    throw new DomainError(
      'storage_unavailable',
      `${dataDir} has no repositories: set DATA_DIR to that of the gateway.`,
    );
  return openStores(options).catch((error) => {
    if (databaseUrl || !(error instanceof DomainError)) throw error;
    const hint = 'An embedded database can be backed up only while its gateway is stopped.';
    throw new DomainError('storage_unavailable', `${error.message} ${hint}`, { cause: error });
  });
}

async function dumpTo(
  folder: string,
  { database }: Stores,
): Promise<DatabaseDump & Pick<Manifest, 'tables' | 'repositories'>> {
  await mkdir(folder, { mode: 0o700 });
  const writer = new TableWriter(folder);
  const repositories: string[] = [];
  const dump = await dumpTables(database.prisma, async (table, lines) => {
    if (table === 'Repository') repositories.push(...lines.map((line) => JSON.parse(line).id));
    await writer.write(table, lines);
  }).finally(() => writer.end());
  for (const { name, rows } of dump.tables) if (rows === 0) await writer.begin(name);
  await writer.end();
  const tables: Manifest['tables'] = [];
  for (const table of dump.tables) tables.push({ ...table, sha256: await digestOf(folder, table.name) });
  return { ...dump, tables, repositories };
}

async function copySecrets({ dataDir }: Config, folder: string): Promise<Manifest['secrets']> {
  await mkdir(folder, { mode: 0o700 });
  const copied: Manifest['secrets'] = [];
  for (const name of secretFiles) {
    try {
      await copyFile(join(dataDir, name), join(folder, name));
      await chmod(join(folder, name), 0o600);
      copied.push(name);
    } catch (error) {
      // It comes from an environment variable then, which a backup does not have.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  return copied;
}
