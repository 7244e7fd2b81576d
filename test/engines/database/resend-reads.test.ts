import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PrismaClient } from '../../../prisma/generated/client/client.js';
import { createPrismaClient } from '../../../src/engines/database/create-prisma-client.js';
import { resendReads } from '../../../src/engines/database/resend-reads.js';
import { createDatabase } from '../../support/database-server.js';

describe.runIf(process.env.TEST_DB === 'postgres')('a statement whose connection is cut', () => {
  let database: Awaited<ReturnType<typeof createDatabase>>;
  let prisma: PrismaClient;
  let admin: pg.Client;
  beforeAll(async () => {
    database = await createDatabase();
    const pool = new pg.Pool({ connectionString: database.url, max: 2, application_name: 'cut' });
    resendReads(pool);
    prisma = createPrismaClient(pool);
    admin = new pg.Client({ connectionString: database.url });
    await admin.connect();
    await admin.query('CREATE TABLE seen (id int)');
  });
  afterAll(async () => {
    await prisma?.$disconnect();
    await admin?.end();
    await database?.remove();
  });

  /** Cuts the connections as soon as one of them sleeps. */
  async function cutSleeping(): Promise<void> {
    await expect
      .poll(async () => {
        const { rowCount } = await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cut' AND wait_event = 'PgSleep'`,
        );
        return rowCount;
      })
      .toBe(1);
  }

  it('is sent again when it reads', async () => {
    const reading = prisma.$queryRaw`SELECT pg_sleep(0.5)::text, 7 AS "seven"`.then((rows) => rows);
    await cutSleeping();
    expect(await reading).toEqual([{ pg_sleep: '', seven: 7 }]);
  });

  it('fails when it writes, and within a transaction', async () => {
    const writing = prisma.$queryRaw`WITH slow AS (SELECT pg_sleep(0.5)) INSERT INTO seen SELECT 1 FROM slow`;
    const failed = writing.then(
      () => 'written',
      () => 'failed',
    );
    await cutSleeping();
    expect(await failed).toBe('failed');
    const together = prisma.$transaction(async (tx) => {
      await tx.$executeRaw`INSERT INTO seen VALUES (2)`;
      await tx.$queryRaw`SELECT pg_sleep(0.5)::text`;
    });
    const rolledBack = together.then(
      () => 'written',
      () => 'failed',
    );
    await cutSleeping();
    expect(await rolledBack).toBe('failed');
    expect((await admin.query('SELECT * FROM seen')).rows).toEqual([]);
  });

  it('fails when its connections are cut again and again, and when it is wrong', async () => {
    const cut = prisma.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())`;
    await expect(cut).rejects.toThrow('terminating connection');
    await expect(prisma.$queryRaw`SELECT no_such_column`).rejects.toThrow('does not exist');
  });
});
