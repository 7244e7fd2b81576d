import type { Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';
import { DomainError } from '../../errors.js';
import { type DatabaseDump, quoted, tableNames } from './dump-tables.js';

const maxMs = 24 * 60 * 60_000;

/**
 * Writes a dump into a database whose tables are empty, all or nothing. Nothing is recorded as an event of a space.
 * @param dump the tables must be those of the database, so it must have the same migrations
 * @param read returns the rows of a table in batches, as `dumpTables` has written them
 * @throws DomainError `storage_unavailable` when a table has rows, is missing, or got another number of rows than the dump says;
 *   what `read` throws
 */
export async function loadTables(
  prisma: PrismaClient,
  dump: DatabaseDump,
  read: (table: string) => AsyncIterable<string[]>,
): Promise<void> {
  const load = async (tx: Prisma.TransactionClient) => {
    const names = await inOrderOfKeys(tx, await tableNames(tx));
    const wanted = new Map(dump.tables.map(({ name, rows }) => [name, rows]));
    if (names.length !== wanted.size || names.some((name) => !wanted.has(name)))
      throw refusal('The backup has other tables than this version of the gateway.');
    for (const name of names) await refuseRows(tx, name);
    for (const name of names) {
      const rows = await loadTable(tx, name, read(name));
      if (rows !== wanted.get(name))
        throw refusal(`The backup is damaged: the table ${name} should have ${wanted.get(name)} rows.`);
    }
    for (const { name, value } of dump.sequences)
      if (value !== null)
        await tx.$queryRawUnsafe('SELECT setval($1::regclass, $2::bigint)::text', quoted(name), value);
  };
  await prisma.$transaction(load, { timeout: maxMs, maxWait: 60_000 });
}

async function refuseRows(tx: Prisma.TransactionClient, name: string): Promise<void> {
  const found = await tx.$queryRawUnsafe<unknown[]>(`SELECT 1 AS one FROM ${quoted(name)} LIMIT 1`);
  if (found.length > 0)
    throw refusal('The database is not empty. Restore into a new one: nothing is replaced.');
}

async function loadTable(
  tx: Prisma.TransactionClient,
  name: string,
  batches: AsyncIterable<string[]>,
): Promise<number> {
  const table = quoted(name);
  const insert = `INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, $1::json)`;
  let rows = 0;
  // The triggers that record events; those that check keys stay, because only a superuser may disable them.
  await tx.$executeRawUnsafe(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
  for await (const lines of batches) rows += await tx.$executeRawUnsafe(insert, `[${lines.join(',')}]`);
  await tx.$executeRawUnsafe(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
  return rows;
}

/** Each table after those that its foreign keys refer to. */
async function inOrderOfKeys(tx: Prisma.TransactionClient, names: string[]): Promise<string[]> {
  const keys = await tx.$queryRaw<{ table: string; target: string }[]>`
    SELECT t.relname::text AS "table", f.relname::text AS target FROM pg_constraint c
    JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class f ON f.oid = c.confrelid
    WHERE c.contype = 'f' AND c.conrelid <> c.confrelid AND c.connamespace = current_schema()::regnamespace`;
  const left = new Set(names);
  const sorted: string[] = [];
  while (left.size > 0) {
    const free = [...left].filter((name) => !keys.some((key) => key.table === name && left.has(key.target)));
    if (free.length === 0) throw new Error(`The foreign keys of ${[...left]} have a cycle.`);
    sorted.push(...free);
    for (const name of free) left.delete(name);
  }
  return sorted;
}

function refusal(message: string): DomainError {
  return new DomainError('storage_unavailable', message);
}
