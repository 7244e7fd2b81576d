import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockDirectory } from '../../../src/engines/database/directory-lock.js';
import { openDatabase } from '../../../src/engines/database/open-database.js';
import { testDatabaseKind } from '../../support/database.js';

const migrationsDirectory = 'prisma/migrations';
const inUse = {
  code: 'storage_unavailable',
  message: expect.stringContaining('Another gateway uses this data folder'),
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'embedded-'));
});
afterEach(() => rm(folder, { recursive: true }));

// These tests do not depend on the database of the other tests, so they run once.
describe.runIf(testDatabaseKind === 'pglite')('the embedded database', () => {
  test('is open in one process only, and after kill -9 has every acknowledged write', async () => {
    const holder = spawn(
      process.execPath,
      ['--import', 'tsx', 'test/engines/database/embedded-holder.ts', folder],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const acknowledged: string[] = [];
    try {
      for await (const line of createInterface({ input: holder.stdout })) {
        if (line === 'open') {
          await expect(openDatabase({ pgliteDirectory: folder, migrationsDirectory })).rejects.toMatchObject(
            inUse,
          );
        } else {
          acknowledged.push(`row-${line}`);
          if (acknowledged.length === 20) await kill(holder);
        }
      }
    } finally {
      await kill(holder);
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(20);

    const database = await openDatabase({ pgliteDirectory: folder, migrationsDirectory });
    try {
      const rows = await database.prisma.space.findMany({ where: { slug: { in: acknowledged } } });
      expect(rows).toHaveLength(acknowledged.length);
    } finally {
      await database.close();
    }
  }, 120_000);

  test('reports a broken dump without its path, and releases the lock of the folder', async () => {
    const options = { pgliteDirectory: folder, migrationsDirectory, loadDataDir: new Blob(['not a dump']) };
    await expect(openDatabase(options)).rejects.toMatchObject({
      code: 'storage_unavailable',
      message: expect.not.stringContaining(folder),
    });
    const lock = await lockDirectory(folder);
    await lock.release();
  }, 120_000);
});

describe.runIf(testDatabaseKind === 'pglite')('the lock of a folder', () => {
  test('is held once whatever path names the folder, and can be taken again after its release', async () => {
    const alias = `${folder}-alias`;
    await symlink(folder, alias);
    try {
      const lock = await lockDirectory(folder);
      await expect(lockDirectory(alias)).rejects.toMatchObject(inUse);
      await lock.release();
      await (await lockDirectory(alias)).release();
    } finally {
      await rm(alias);
    }
  });
});

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
