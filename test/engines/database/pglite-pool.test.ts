import type { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPglitePool, openPglite } from '../../../src/engines/database/pglite-pool.js';
import { testDatabaseKind, testDump } from '../../support/database.js';

// These tests do not depend on the database of the other tests, so they run once.
describe.runIf(testDatabaseKind === 'pglite')('the pool over the embedded database', () => {
  let db: PGlite;
  let pool: pg.Pool;
  beforeAll(async () => {
    db = await openPglite({ loadDataDir: await testDump() });
    pool = createPglitePool(db);
  });
  afterAll(async () => {
    await pool.end();
    await db.close();
  });

  test('rolls back the transaction of a client that is released with an error', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('CREATE TABLE half_done (id INT)');
    client.release(true);
    const { rows } = await pool.query(`SELECT to_regclass('half_done') AS found`);
    expect(rows).toEqual([{ found: null }]);
  });

  test('lets one transaction finish before the next statement of another caller', async () => {
    const client = await pool.connect();
    await client.query('BEGIN');
    await client.query('CREATE TABLE numbers (n INT)');
    const outside = pool.query('SELECT count(*)::int AS rows FROM numbers');
    await client.query('INSERT INTO numbers VALUES (1), (2)');
    await client.query('COMMIT');
    client.release();
    expect((await outside).rows).toEqual([{ rows: 2 }]);
  });

  test('gives each client its answer, also while a discarded client waits for one', async () => {
    const Client = pool.options.Client!;
    for (let round = 0; round < 50; round += 1) {
      const [old, next] = [new Client(), new Client()];
      await Promise.all([old.connect(), next.connect()]);
      const failed = old.query('SELECT 1 / 0').catch((error: pg.DatabaseError) => error.code);
      const answers = [failed, next.query('ROLLBACK').then(({ command }) => command)];
      expect(await Promise.all(answers)).toEqual(['22012', 'ROLLBACK']);
    }
  });

  test('leaves the event loop free between statements that are sent together', async () => {
    let iterations = 0;
    let isDone = false;
    const count = () => {
      if (isDone) return;
      iterations++;
      setImmediate(count);
    };
    setImmediate(count);
    const slow = 'SELECT count(*) FROM generate_series(1, 100000)';
    await Promise.all(Array.from({ length: 20 }, () => pool.query(slow)));
    isDone = true;
    expect(iterations).toBeGreaterThan(5);
  });

  test('keeps its buffers small and waits for its writes', async () => {
    const { rows } = await pool.query(
      `SELECT current_setting('shared_buffers') AS buffers, current_setting('synchronous_commit') AS commit`,
    );
    expect(rows).toEqual([{ buffers: '16MB', commit: 'on' }]);
  });
});
