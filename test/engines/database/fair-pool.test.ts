import { setImmediate as nextIteration } from 'node:timers/promises';
import type { PGlite } from '@electric-sql/pglite';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPglitePool, openPglite } from '../../../src/engines/database/pglite-pool.js';
import { testDatabaseKind, testDump } from '../../support/database.js';

// The pool is the same for both databases; the embedded one has a single connection, so the order is certain.
describe.runIf(testDatabaseKind === 'pglite')('a fair pool', () => {
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

  test('a statement waits for one of thirty that came together before it', async () => {
    const order: string[] = [];
    const run = (name: string) => pool.query('SELECT 1').then(() => order.push(name));
    const held = await pool.connect();
    const many = Array.from({ length: 30 }, (_, index) => run(`many ${index}`));
    await nextIteration();
    const one = run('one');
    await nextIteration();
    const another = run('another');
    held.release();
    await Promise.all([...many, one, another]);
    expect(order.slice(0, 4)).toEqual(['many 0', 'one', 'another', 'many 1']);
    expect(order).toHaveLength(32);
  });

  test('goes on after failed statements and discarded connections', async () => {
    const failed = await Promise.allSettled(
      Array.from({ length: 5 }, (_, index) => pool.query(index % 2 ? 'SELECT 1' : 'SELECT no_column')),
    );
    expect(failed.map(({ status }) => status)).toEqual([
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
    ]);
    const held = await pool.connect();
    const waiting = pool.query('SELECT 2 AS n');
    held.release(true);
    expect((await waiting).rows).toEqual([{ n: 2 }]);
  });

  test('what waits too long fails, and the others go on', async () => {
    const held = await pool.connect();
    pool.options.connectionTimeoutMillis = 20;
    const late = pool.query('SELECT 1');
    pool.options.connectionTimeoutMillis = 30_000;
    const patient = pool.query('SELECT 3 AS n');
    await expect(late).rejects.toThrow('timeout exceeded');
    held.release();
    expect((await patient).rows).toEqual([{ n: 3 }]);
  });
});
