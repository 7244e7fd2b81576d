import { randomUUID } from 'node:crypto';
import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, nativeGit, someone } from '../git-fixture.js';
import { crashedDisk, heldSyncs } from './crashed-disk.js';

const syncs = heldSyncs();
const sick = randomUUID();
const unavailable = { code: 'storage_unavailable' };
let at: GitFixture;
let disk: ReturnType<typeof crashedDisk>;
let store: GitStore;
let saved: Record<'sound' | 'sick', string>;
const reported: Error[] = [];

const author = { author: someone, committer: someone, message: 'A change' };
const gitdir = (id: string) => join(disk.root, `${id}.git`);
const git = (id: string, ...args: string[]) => nativeGit(['--git-dir', gitdir(id), ...args]);
const keptJournals = () =>
  readdirSync(join(disk.root, 'gateway-journal')).filter((name) => name.endsWith('.taken'));

beforeEach(async () => {
  at = await gitFixture({ 'README.md': '# Hello\n' }, { syncs });
  await at.store.createRepository(sick, { ...author, defaultBranch: 'main', files: [] });
  // The journal's first segment is made while its folder can be flushed.
  await at.repository.createBranch('first', at.firstCommit);
  syncs.hold();
  const create = { branch: 'main', changes: [{ kind: 'create' as const, path: 'a.txt', bytes: bytes('a') }] };
  await at.repository.createBranch('topic', at.firstCommit);
  const sound = await at.repository.commit({ ...author, ...create });
  const other = await (await at.store.repository(sick)).commit({ ...author, ...create });
  saved = { sound: sound.commitOid, sick: other.commitOid };
  disk = crashedDisk(at.root);
  for (const id of [at.id, sick]) writeFileSync(join(gitdir(id), 'refs/heads/main'), '');
  reported.length = 0;
  store = new GitStore({
    leases: new LocalLeases(),
    native: await findNativeGit(),
    root: disk.root,
    report: (error) => reported.push(error as Error),
  });
});
afterEach(async () => {
  syncs.release();
  await store.close();
  disk.remove();
  await at.remove();
});

describe('a repository that cannot be recovered', () => {
  it.each(['refs', 'objects', 'gateway-tmp'])(
    'because of its %s is refused until it can be, while all others are served',
    async (broken) => {
      const path = join(gitdir(sick), broken);
      renameSync(path, join(disk.root, 'aside'));
      writeFileSync(path, 'not a folder');
      await store.reconcile();
      expect(reported.map(({ message }) => message)).toEqual([expect.stringContaining(`${sick}.git`)]);
      await expect(store.repository(sick)).rejects.toMatchObject(unavailable);
      expect(keptJournals()).toHaveLength(1);
      const sound = await store.repository(at.id);
      expect(await sound.resolveBranch('main')).toBe(saved.sound);
      // What is done now is not undone when the kept journal is carried out.
      await sound.deleteBranch('topic');
      await store.reconcile();
      await expect(store.repository(sick)).rejects.toMatchObject(unavailable);
      rmSync(path);
      renameSync(join(disk.root, 'aside'), path);
      await store.reconcile();
      expect(await (await store.repository(sick)).resolveBranch('main')).toBe(saved.sick);
      git(sick, 'fsck', '--strict', '--full', '--no-dangling');
      expect(keptJournals()).toEqual([]);
      expect((await sound.branches()).map(({ name }) => name)).toEqual(['first', 'main']);
    },
  );
});
