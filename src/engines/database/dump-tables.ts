import type { Prisma, PrismaClient } from '../../../prisma/generated/client/client.js';

/** What a dump has beside the rows. */
export interface DatabaseDump {
  /** The tables by name, with the number of their rows. */
  tables: { name: string; rows: number }[];
  /** The last values of the sequences; null for one that was never used. */
  sequences: { name: string; value: string | null }[];
  /** The names of the migrations that made these tables. */
  migrations: string[];
}

/** The history of the migrations, which a dump has as their names. */
export const historyTable = '_prisma_migrations';

/** A query for rows is to return about so many bytes. */
const batchBytes = 4 * 1024 * 1024;
/** The counts of rows that are asked for together. */
const batchRows = [1, 8, 64, 512] as const;
/** A large database takes its time; single statements have limits of their own. */
const maxMs = 24 * 60 * 60_000;

/**
 * Reads all tables as they are at one moment, while others write to them.
 * @param write gets the rows of a table in batches, each row as one line of JSON
 */
export async function dumpTables(
  prisma: PrismaClient,
  write: (table: string, lines: string[]) => Promise<void>,
): Promise<DatabaseDump> {
  const options = { isolationLevel: 'RepeatableRead', timeout: maxMs, maxWait: 60_000 } as const;
  return prisma.$transaction(async (tx) => {
    const tables: DatabaseDump['tables'] = [];
    for (const name of await tableNames(tx))
      tables.push({ name, rows: await dumpTable(tx, name, (lines) => write(name, lines)) });
    const sequences = await tx.$queryRaw<DatabaseDump['sequences']>`
      SELECT sequencename::text AS name, last_value::text AS value FROM pg_sequences
      WHERE schemaname = current_schema() ORDER BY sequencename`;
    const applied = await tx.$queryRaw<{ name: string }[]>`
      SELECT migration_name AS name FROM _prisma_migrations
      WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`;
    return { tables, sequences, migrations: applied.map(({ name }) => name) };
  }, options);
}

/** The names of all tables but that of the migrations. */
export async function tableNames(tx: Prisma.TransactionClient): Promise<string[]> {
  const found = await tx.$queryRaw<{ name: string }[]>`
    SELECT relname::text AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY relname`;
  return found.map(({ name }) => name).filter((name) => name !== historyTable);
}

/** An identifier as SQL has it. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

async function dumpTable(
  tx: Prisma.TransactionClient,
  name: string,
  write: (lines: string[]) => Promise<void>,
): Promise<number> {
  await tx.$executeRawUnsafe(
    `DECLARE dumped NO SCROLL CURSOR FOR SELECT row_to_json(t)::text AS line FROM ${quoted(name)} t`,
  );
  let rows = 0;
  // The first ones show how large they are.
  let count: number = batchRows[1];
  for (;;) {
    const found = await tx.$queryRawUnsafe<{ line: string }[]>(`FETCH ${count} FROM dumped`);
    if (found.length === 0) break;
    rows += found.length;
    const lines = found.map(({ line }) => line);
    await write(lines);
    const meanBytes = lines.reduce((sum, { length }) => sum + length, 0) / lines.length;
    count = batchRows.findLast((one) => one * meanBytes <= batchBytes) ?? 1;
  }
  await tx.$executeRawUnsafe('CLOSE dumped');
  return rows;
}
