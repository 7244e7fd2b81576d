import type { ClientBase } from 'pg';
import { DomainError } from '../../errors.js';
import { type DatabaseDump, historyTable, quoted } from './dump-tables.js';

/**
 * Refuses a database into which a dump cannot be written. Its schema must be without tables; or it has the tables of the dump,
 * empty, and the migrations of the dump, as a load that failed leaves them.
 * @throws DomainError `storage_unavailable`
 */
export async function refuseTables(client: Pick<ClientBase, 'query'>, dump: DatabaseDump): Promise<void> {
  const { rows } = await client.query<{ name: string }>(`
    SELECT relname::text AS name FROM pg_class
    WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND relnamespace = current_schema()::regnamespace`);
  const names = rows.map(({ name }) => name);
  if (names.length === 0) return;
  const expected = [historyTable, ...dump.tables.map(({ name }) => name)];
  if (!isSame(names, expected) || !isSame(await migrationsOf(client), dump.migrations)) throw refusal();
  for (const { name } of dump.tables)
    if ((await client.query(`SELECT 1 FROM ${quoted(name)} LIMIT 1`)).rows.length > 0) throw refusal();
}

async function migrationsOf(client: Pick<ClientBase, 'query'>): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(
    `SELECT migration_name AS name FROM ${historyTable} WHERE rolled_back_at IS NULL`,
  );
  return rows.map(({ name }) => name);
}

function isSame(some: string[], others: string[]): boolean {
  return some.length === others.length && new Set([...some, ...others]).size === some.length;
}

function refusal(): DomainError {
  return new DomainError(
    'storage_unavailable',
    'The database is not empty. Restore into a new one: nothing is replaced.',
  );
}
