import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, nativeGit, someone } from './git-fixture.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture({ 'README.md': '# Hello\n', 'a/b.txt': 'b' });
});
afterEach(() => at.remove());

const init = { defaultBranch: 'main', author: someone, committer: someone, message: 'First', files: [] };

describe('a new repository', () => {
  it('can be cloned by native git, with its default branch checked out', () => {
    nativeGit(['clone', '-q', at.gitdir, join(at.root, 'clone')]);
    expect(readFileSync(join(at.root, 'clone/a/b.txt'), 'utf8')).toBe('b');
    expect(nativeGit(['-C', join(at.root, 'clone'), 'branch', '--show-current'])).toBe('main');
    expect(at.git('config', '--list', '--local')).toContain('core.repositoryformatversion=0');
    expect(at.git('rev-parse', '--is-bare-repository')).toBe('true');
    at.fsck();
  });

  it('may be empty and have a branch name with slashes', async () => {
    const id = randomUUID();
    const { commitOid } = await at.store.createRepository(id, { ...init, defaultBranch: 'team/main' });
    const repository = await at.store.repository(id);
    expect(await repository.branches()).toEqual([{ name: 'team/main', commitOid }]);
    expect(await repository.listFiles(commitOid)).toEqual([]);
    nativeGit(['--git-dir', join(at.root, `${id}.git`), 'fsck', '--strict', '--full']);
  });

  it('does not replace a repository with the same id', async () => {
    await expect(at.store.createRepository(at.id, init)).rejects.toMatchObject({ code: 'already_exists' });
    expect(await at.repository.resolveBranch('main')).toBe(at.firstCommit);
  });

  it('does not exist when its files are refused', async () => {
    const id = randomUUID();
    const files = [{ path: '../x', bytes: bytes('x') }];
    await expect(at.store.createRepository(id, { ...init, files })).rejects.toMatchObject({
      code: 'invalid_path',
    });
    await expect(at.store.repository(id)).rejects.toMatchObject({ code: 'not_found' });
    expect(readdirSync(join(at.root, 'gateway-tmp'))).toEqual([]);
  });

  it.each(['../x', '', 'a/b', randomUUID().toUpperCase(), `${randomUUID()}/..`])(
    'is refused with the id %j',
    async (id) => {
      await expect(at.store.createRepository(id, init)).rejects.toMatchObject({ code: 'not_found' });
      await expect(at.store.repository(id)).rejects.toMatchObject({ code: 'not_found' });
    },
  );
});

it('the objects of a repository cannot be read through another one', async () => {
  const id = randomUUID();
  await at.store.createRepository(id, { ...init, message: 'Another' });
  await at.repository.readCommit(at.firstCommit);
  const other = await at.store.repository(id);
  await expect(other.readCommit(at.firstCommit)).rejects.toMatchObject({ code: 'not_found' });
  await expect(other.resolveRef(at.firstCommit)).rejects.toMatchObject({ code: 'not_found' });
  await expect(other.blobSize(at.git('rev-parse', 'main:README.md'))).rejects.toMatchObject({
    code: 'not_found',
  });
});

describe('reconcile', () => {
  const dead = '0123456789abcdef-1';

  it('removes the locks, temporary files and incomplete repositories of a dead instance', async () => {
    const temp = join(at.gitdir, 'gateway-tmp', dead);
    const lock = join(at.gitdir, 'refs/heads/main.lock');
    writeFileSync(temp, 'x');
    linkSync(temp, lock);
    mkdirSync(join(at.root, 'gateway-tmp', dead, 'objects'), { recursive: true });
    await new GitStore({
      leases: new LocalLeases(),
      native: await findNativeGit(),
      root: at.root,
    }).reconcile();
    expect(readdirSync(join(at.gitdir, 'refs/heads'))).toEqual(['main']);
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([]);
    expect(readdirSync(join(at.root, 'gateway-tmp'))).toEqual([]);
    await at.commit({ kind: 'delete', path: 'README.md' });
  });

  it('keeps the locks of native git and the files of a live instance', async () => {
    const live = 'fedcba9876543210-1';
    const leases = new LocalLeases();
    await leases.tryTake('git-instance:fedcba9876543210');
    writeFileSync(join(at.gitdir, 'gateway-tmp', dead), 'x');
    writeFileSync(join(at.gitdir, 'gateway-tmp', live), 'x');
    writeFileSync(join(at.gitdir, 'refs/heads/main.lock'), 'of native git');
    const store = new GitStore({ native: await findNativeGit(), root: at.root, leases });
    await store.reconcile();
    await store.close();
    expect(readdirSync(join(at.gitdir, 'refs/heads'))).toEqual(['main', 'main.lock']);
    expect(readdirSync(join(at.gitdir, 'gateway-tmp'))).toEqual([live]);
  });

  it('does nothing without a store', async () => {
    await new GitStore({
      leases: new LocalLeases(),
      native: await findNativeGit(),
      root: join(at.root, 'nothing'),
    }).reconcile();
  });
});
