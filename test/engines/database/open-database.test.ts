import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Database } from '../../../src/engines/database/database.js';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { openTestDatabase, testDatabaseKind } from '../../support/database.js';

let database: Database;
beforeEach(async () => {
  database = await openTestDatabase();
});
afterEach(() => database.close());

test('each test gets an empty database of its own', async () => {
  const other = await openTestDatabase();
  try {
    await other.prisma.space.create({ data: { slug: 'mine', name: 'Mine' } });
    expect(await database.prisma.space.count()).toBe(0);
  } finally {
    await other.close();
  }
});

test('a transaction that times out is rolled back and its connection can be used again', async () => {
  const { prisma } = database;
  const late = prisma.$transaction(
    async (tx) => {
      await tx.space.create({ data: { slug: 'late', name: 'Late' } });
      await sleep(300);
      await tx.space.count();
    },
    { timeout: 100 },
  );
  await expect(late).rejects.toMatchObject({ code: 'P2028' });
  expect(await prisma.space.count()).toBe(0);
  await prisma.space.create({ data: { slug: 'next', name: 'Next' } });
  expect(await prisma.space.count()).toBe(1);
});

describe.runIf(testDatabaseKind === 'postgresql')('a database server', () => {
  test('connections that the server closes while idle are replaced', async () => {
    const { prisma } = database;
    const others = () =>
      prisma.$queryRaw`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()`;
    await Promise.all([
      prisma.$queryRaw`SELECT 1 FROM pg_sleep(0.2)`,
      prisma.$queryRaw`SELECT 1 FROM pg_sleep(0.2)`,
    ]);
    expect(await others()).toHaveLength(1);
    await sleep(100);
    expect(await Promise.all([prisma.space.count(), prisma.space.count()])).toEqual([0, 0]);
  });

  test('statements and idle transactions have a time limit', async () => {
    const [row] = await database.prisma.$queryRaw<unknown[]>`
      SELECT current_setting('statement_timeout') AS statement,
             current_setting('idle_in_transaction_session_timeout') AS idle`;
    expect(row).toEqual({ statement: '30s', idle: '1min' });
  });

  test('a server that does not answer is reported without its address', async () => {
    const options = {
      url: 'postgresql://someone:secret@127.0.0.1:1/none',
      migrationsDirectory: 'prisma/migrations',
    };
    await expect(openDatabase(options)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.not.stringMatching(/secret|127\.0\.0\.1/),
    });
  });
});
