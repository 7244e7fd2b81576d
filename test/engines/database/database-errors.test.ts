import pg from 'pg';
import { expect, it } from 'vitest';
import { createPrismaClient } from '../../../src/engines/database/create-prisma-client.js';
import { withDatabaseErrors } from '../../../src/engines/database/database-errors.js';
import { databaseUrl } from '../../support/database-server.js';

it.runIf(process.env.TEST_DB === 'postgres')(
  'a query that gets no connection of the pool in time is reported as a database that does not answer',
  async () => {
    const pool = new pg.Pool({
      connectionString: databaseUrl('postgres'),
      max: 1,
      connectionTimeoutMillis: 100,
    });
    const prisma = createPrismaClient(pool);
    const used = await pool.connect();
    try {
      for (const query of [prisma.$queryRaw`SELECT 1`, prisma.space.count()]) {
        const error = await query.then(() => expect.fail('it got a connection'), withDatabaseErrors);
        expect(error).toMatchObject({ code: 'storage_unavailable', retryAfterSeconds: 5 });
      }
    } finally {
      used.release();
      await prisma.$disconnect();
    }
  },
);

it.runIf(process.env.TEST_DB === 'postgres')(
  'a connection that is cut is a database that does not answer, within a transaction too',
  async () => {
    const pool = new pg.Pool({ connectionString: databaseUrl('postgres'), max: 1 });
    const prisma = createPrismaClient(pool);
    const cutItself = 'SELECT pg_terminate_backend(pg_backend_pid())';
    const queries = [
      () => prisma.$executeRawUnsafe(cutItself),
      () => prisma.$transaction((tx) => tx.$executeRawUnsafe(cutItself)),
      () => prisma.$transaction([prisma.$executeRawUnsafe(cutItself)]),
    ];
    try {
      for (const query of queries) {
        const error = await query().then(() => expect.fail('it was not cut'), withDatabaseErrors);
        expect(error).toMatchObject({ code: 'storage_unavailable' });
      }
    } finally {
      await prisma.$disconnect();
    }
  },
);
