import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { DomainError } from '../../errors.js';
import { type MigrationFile, readMigrations } from './migration-files.js';

/** The advisory lock that Prisma Migrate also takes, so that the two never run at the same time. */
const advisoryLock = 72707369;

/** Prisma's own table, so that `prisma migrate status` and `prisma migrate resolve` work with it. */
const createHistory = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id                  VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum            VARCHAR(64) NOT NULL,
  finished_at         TIMESTAMPTZ,
  migration_name      VARCHAR(255) NOT NULL,
  logs                TEXT,
  rolled_back_at      TIMESTAMPTZ,
  started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

interface HistoryRow {
  migration_name: string;
  finished_at: Date | null;
}

/**
 * Applies the pending migrations in order and returns their names, as `prisma migrate deploy` does, but without the CLI.
 * Each migration and its record are one transaction, so a crash leaves neither. Therefore a file must not contain statements
 * that PostgreSQL refuses inside a transaction. As with `deploy`, a file that was edited after it was applied is ignored.
 *
 * @param client a separate session without a statement timeout, because migrations may take long
 * @throws DomainError `storage_unavailable` when a migration fails, when one failed earlier and was not resolved, or when
 *   another process migrates for more than a minute
 * @see https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production
 */
export async function migrate(client: pg.ClientBase, directory: string): Promise<string[]> {
  const files = await readMigrations(directory);
  await takeLock(client);
  try {
    await client.query(createHistory);
    const history = await client.query<HistoryRow>(
      'SELECT migration_name, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
    );
    const failed = history.rows.find((row) => row.finished_at === null);
    if (failed) throw unresolved(failed.migration_name);
    const applied = new Set(history.rows.map((row) => row.migration_name));
    const pending = files.filter((file) => !applied.has(file.name));
    for (const file of pending) await apply(client, file);
    return pending.map((file) => file.name);
  } finally {
    // A broken session has already lost its lock, and its own error is the one to report.
    await client.query('SELECT pg_advisory_unlock($1)', [advisoryLock]).catch(() => undefined);
  }
}

async function takeLock(client: pg.ClientBase): Promise<void> {
  await client.query(`SET lock_timeout = '60s'`);
  try {
    await client.query('SELECT pg_advisory_lock($1)', [advisoryLock]);
  } catch (cause) {
    const message = 'Another process is migrating the database; try again later.';
    throw new DomainError('storage_unavailable', message, { cause });
  }
  await client.query('RESET lock_timeout');
}

async function apply(client: pg.ClientBase, file: MigrationFile): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(file.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, clock_timestamp(), 1)`,
      [randomUUID(), file.checksum, file.name],
    );
    await client.query('COMMIT');
  } catch (cause) {
    await recordFailure(client, file, cause).catch(() => undefined);
    throw new DomainError('storage_unavailable', `The migration ${file.name} failed; the log says why.`, {
      cause,
    });
  }
}

async function recordFailure(client: pg.ClientBase, file: MigrationFile, cause: unknown): Promise<void> {
  await client.query('ROLLBACK');
  await client.query(
    'INSERT INTO _prisma_migrations (id, checksum, migration_name, logs) VALUES ($1, $2, $3, $4)',
    [randomUUID(), file.checksum, file.name, String(cause)],
  );
}

function unresolved(name: string): DomainError {
  return new DomainError(
    'storage_unavailable',
    `The migration ${name} failed earlier; repair the database, then run \`prisma migrate resolve\`.`,
  );
}
