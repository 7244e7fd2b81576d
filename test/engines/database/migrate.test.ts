import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../../../src/engines/database/database.js';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { createDatabaseHome, type DatabaseHome } from '../../support/database.js';
import { prismaCli } from '../../support/prisma-cli.js';

/** In milliseconds: the creation of an embedded database takes seconds, and much longer on a busy machine. */
const coldStart = 120_000;

const shipped = 'prisma/migrations';
let home: DatabaseHome;
let migrationsDirectory: string;

// The tests of this file share one database and run in order, because the first start of an embedded one takes seconds.
beforeAll(async () => {
  home = await createDatabaseHome();
  migrationsDirectory = await mkdtemp(path.join(tmpdir(), 'migrations-'));
  await cp(shipped, migrationsDirectory, { recursive: true });
});
afterAll(async () => {
  await home.remove();
  await rm(migrationsDirectory, { recursive: true });
});

const open = (): Promise<Database> => openDatabase({ ...home.options, migrationsDirectory });

async function write(name: string, sql: string): Promise<void> {
  await mkdir(path.join(migrationsDirectory, name), { recursive: true });
  await writeFile(path.join(migrationsDirectory, name, 'migration.sql'), sql);
}

interface HistoryRow {
  migration_name: string;
  checksum: string;
  finished: boolean;
}
const history =
  'SELECT migration_name, checksum, finished_at IS NOT NULL AS finished FROM _prisma_migrations';

test(
  'applies every migration to an empty database and records it as Prisma does',
  async () => {
    const { prisma, close } = await open();
    try {
      expect(await prisma.executionEvent.count()).toBe(0);
      const names = (await readdir(shipped)).filter((name) => !name.includes('.'));
      expect(names.length).toBeGreaterThan(0);
      const expected = names.map(async (name) => ({
        migration_name: name,
        checksum: createHash('sha256')
          .update(await readFile(`${shipped}/${name}/migration.sql`))
          .digest('hex'),
        finished: true,
      }));
      expect(await prisma.$queryRawUnsafe<HistoryRow[]>(history)).toEqual(await Promise.all(expected));
      await prisma.space.create({ data: { slug: 'kept', name: 'Kept' } });
    } finally {
      await close();
    }
  },
  coldStart,
);

test('keeps the data when opened again and applies only new migrations, also with semicolons in strings', async () => {
  await write(
    '20990101000000_note',
    `CREATE TABLE note (text TEXT DEFAULT 'a;b'); INSERT INTO note DEFAULT VALUES;`,
  );
  const { prisma, close } = await open();
  try {
    expect(await prisma.space.count()).toBe(1);
    expect(await prisma.$queryRaw`SELECT text FROM note`).toEqual([{ text: 'a;b' }]);
  } finally {
    await close();
  }
});

test('rolls a failed migration back completely and names it, without the reason', async () => {
  await write('20990102000000_bad', 'CREATE TABLE half (id INT); INSERT INTO nowhere VALUES (1);');
  await expect(open()).rejects.toMatchObject({
    code: 'storage_unavailable',
    message: 'The migration 20990102000000_bad failed; the log says why.',
    cause: expect.objectContaining({ message: expect.stringContaining('nowhere') }),
  });
});

test('refuses to open after a failed migration, even when its file is corrected', async () => {
  await write('20990102000000_bad', 'CREATE TABLE half (id INT);');
  const refusal = {
    code: 'storage_unavailable',
    message: expect.stringContaining('20990102000000_bad failed earlier'),
  };
  await expect(open()).rejects.toMatchObject(refusal);
  await expect(open()).rejects.toMatchObject(refusal);
});

test(
  'applies a failed migration again after `prisma migrate resolve`, without remains of the first try',
  async () => {
    const resolve = await prismaCli(
      ['migrate', 'resolve', '--rolled-back', '20990102000000_bad'],
      home.cliUrl,
    );
    expect(resolve).toMatchObject({ code: 0 });
    const { prisma, close } = await open();
    try {
      expect(await prisma.$queryRaw`SELECT count(*)::int AS rows FROM half`).toEqual([{ rows: 0 }]);
    } finally {
      await close();
    }
  },
  coldStart,
);

test('processes that start at the same time apply each migration once', async () => {
  await write('20990103000000_more', 'CREATE TABLE more (id INT); SELECT pg_sleep(0.3);');
  const concurrent = home.options.url ? [open(), open(), open()] : [open()];
  const opened = await Promise.all(concurrent);
  try {
    const [database] = opened;
    const rows = database?.prisma.$queryRawUnsafe(`${history} WHERE migration_name LIKE '%_more'`);
    expect(await rows).toHaveLength(1);
  } finally {
    await Promise.all(opened.map((database) => database.close()));
  }
});
