import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { FileFollower } from '../../src/workers/file-follower.js';
import { layOutFiles } from '../../src/workers/worker-files.js';
import { nativeGit } from '../engines/git/git-fixture.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';

let at: TestGateway;
let root: string;
beforeAll(async () => {
  at = await openTestGateway();
  root = await mkdtemp(join(tmpdir(), 'file-follower-'));
});
afterAll(async () => {
  await at.close();
  await rm(root, { recursive: true });
});

it('a file that could not be written is reported, and written later without a new commit on the branch', async () => {
  const { git, bus, branches, log } = at.gateway.services;
  const repository = await git.repository(demo.repositoryId);
  const folders = { files: join(root, 'files'), state: join(root, 'state') };
  await mkdir(folders.state);
  const signal = new AbortController().signal;
  await layOutFiles(repository, await repository.resolveBranch('main'), folders, signal);

  const gitdir = join(at.dataDir, 'repositories', `${demo.repositoryId}.git`);
  const oid = nativeGit(['--git-dir', gitdir, 'hash-object', '-w', '--stdin'], { input: randomUUID() });
  const tree = nativeGit(['--git-dir', gitdir, 'mktree'], { input: `100644 blob ${oid}\tlate.txt\n` });
  const commit = nativeGit(['--git-dir', gitdir, 'commit-tree', '-p', 'main', '-m', 'Late', tree]);
  nativeGit(['--git-dir', gitdir, 'update-ref', 'refs/heads/main', commit]);
  const object = join(gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
  await rename(object, `${object}.away`);

  const reports: string[][] = [];
  const report = async (_workerId: string, conflicts: string[]) => reports.push(conflicts);
  const follower = new FileFollower({
    git,
    bus,
    branches,
    log,
    foldersOf: () => folders,
    report,
  });
  follower.follow({
    ...{ id: randomUUID(), repositoryId: demo.repositoryId, branch: 'main' },
    ...{ backend: 'external', jupyterServerId: null },
  });
  try {
    await expect.poll(() => reports.at(-1)).toEqual(['late.txt']);
    expect(existsSync(join(folders.files, 'README.md'))).toBe(false);
    await rename(`${object}.away`, object);
    await expect.poll(() => reports.at(-1)).toEqual([]);
    expect(readFileSync(join(folders.files, 'late.txt'), 'utf8')).toMatch(/^[0-9a-f-]{36}$/);
  } finally {
    await follower.close();
  }
});
