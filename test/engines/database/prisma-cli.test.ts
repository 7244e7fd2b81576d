import { appendFile, cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { createDatabaseHome, type DatabaseHome, testDatabaseKind } from '../../support/database.js';
import { prismaCli } from '../../support/prisma-cli.js';

/** In milliseconds: each command starts one or two embedded databases. */
const timeout = 180_000;

const migrateDiff = ['migrate', 'diff', '--from-migrations', 'prisma/migrations'];

let home: DatabaseHome;
beforeAll(async () => {
  home = await createDatabaseHome();
});
afterAll(() => home.remove());

test('`migrate status` knows the migrations that the gateway applied', { timeout }, async () => {
  const before = await prismaCli(['migrate', 'status'], home.cliUrl);
  expect(before).toMatchObject({ code: 1, output: expect.stringContaining('not yet been applied') });
  const database = await openDatabase({ ...home.options, migrationsDirectory: 'prisma/migrations' });
  await database.close();
  const after = await prismaCli(['migrate', 'status'], home.cliUrl);
  expect(after).toMatchObject({ code: 0, output: expect.stringContaining('up to date') });
});

// Runs without a server, even if there is one.
test.runIf(testDatabaseKind === 'pglite')(
  '`migrate diff` without a database exits with code 2 when a migration is missing',
  { timeout },
  async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'schema-'));
    try {
      const schema = path.join(folder, 'schema.prisma');
      await cp('prisma/schema.prisma', schema);
      await appendFile(schema, '\nmodel Extra {\n  id String @id\n}\n');
      const diff = await prismaCli([...migrateDiff, '--to-schema', schema, '--exit-code']);
      expect(diff).toMatchObject({ code: 2, output: expect.stringContaining('Extra') });
    } finally {
      await rm(folder, { recursive: true });
    }
  },
);

test('a command fails when its database cannot be used', { timeout }, async () => {
  if (testDatabaseKind === 'pglite') {
    const database = await openDatabase({ ...home.options, migrationsDirectory: 'prisma/migrations' });
    try {
      const status = await prismaCli(['migrate', 'status'], home.cliUrl);
      expect(status).toMatchObject({ code: 1, output: expect.stringContaining('Another gateway uses') });
    } finally {
      await database.close();
    }
  } else {
    const status = await prismaCli(['migrate', 'status'], 'postgresql://nobody@127.0.0.1:1/none');
    expect(status).toMatchObject({ code: 1, output: expect.stringContaining('P1001') });
  }
});
