import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import { EventBus } from '../../src/engines/events/event-bus.js';
import { BranchIndexer } from '../../src/notebooks/versions/branch-indexer.js';
import { nativeGit } from '../engines/git/git-fixture.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { rowsRead } from '../support/rows-read.js';

const files = 20;
const branches = 40;
const repositoryId: string = demo.repositoryId;

let database: Database;
let at: TestGateway;
let indexer: BranchIndexer;
let tip: string;
beforeAll(async () => {
  database = await openTestDatabase();
  at = await openTestGateway({ database });
  const { prisma, leases, rows } = database;
  const log = pino({ level: 'silent' });
  const { git: store } = at.gateway.services;
  indexer = new BranchIndexer({ prisma, git: store, bus: new EventBus(), leases, rows, log });
  tip = addNotebooks();
});
afterAll(async () => {
  await indexer.close();
  await at.close();
});

const git = (...args: string[]) =>
  nativeGit(['--git-dir', join(at.dataDir, 'repositories', `${repositoryId}.git`), ...args]);

describe('the index of many branches of one commit', () => {
  it('reads the versions of one of them for each new one', async () => {
    await indexer.ensure(repositoryId, 'main');
    const before = await rowsRead(database.prisma, 'FileVersion');
    for (let n = 0; n < branches; n++) await index(`same-${n}`);
    expect((await rowsRead(database.prisma, 'FileVersion')) - before).toBeLessThan(4 * files * branches);
    const ids = await idsOf('main');
    for (let n = 0; n < branches; n++) expect(await idsOf(`same-${n}`)).toEqual(ids);
  });

  it('gives the ids that any of them has, also while the import of one is not complete', async () => {
    const ids = await idsOf('main');
    const last = 'zzz';
    await index(last);
    const where = { repositoryId, branch: last, path: 'many/7.ipynb' };
    expect((await database.prisma.fileVersion.deleteMany({ where })).count).toBe(1);
    await database.prisma.branchFile.deleteMany({ where: { repositoryId, branch: 'main' } });
    await index('beside-it');
    expect(await idsOf('beside-it')).toEqual(ids);
  });
});

async function index(branch: string): Promise<void> {
  git('update-ref', `refs/heads/${branch}`, tip);
  await indexer.ensure(repositoryId, branch);
}

/** The ids of the notebooks of a branch in its index, by path. */
async function idsOf(branch: string): Promise<Record<string, string | null>> {
  const where = { repositoryId, branch, path: { startsWith: 'many/' } };
  const found = await database.prisma.branchFile.findMany({ where });
  expect(found).toHaveLength(files);
  return Object.fromEntries(found.map(({ path, documentId }) => [path, documentId]));
}

/** Adds notebooks to the default branch with one commit. */
function addNotebooks(): string {
  const lines = [
    'commit refs/heads/main\ncommitter O <o@x> 1700000000 +0000\ndata 1\nm\nfrom refs/heads/main^0\n',
  ];
  for (let n = 0; n < files; n++) {
    const text = `notebook ${n}`;
    lines.push(`M 100644 inline many/${n}.ipynb\ndata ${text.length}\n${text}\n`);
  }
  const gitdir = join(at.dataDir, 'repositories', `${repositoryId}.git`);
  nativeGit(['--git-dir', gitdir, 'fast-import', '--quiet'], { input: lines.join('') });
  return git('rev-parse', 'refs/heads/main');
}
