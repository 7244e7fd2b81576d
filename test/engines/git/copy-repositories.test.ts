import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../src/engines/git/git-store.js';

it('copies branches and tags with any name', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'copy-repositories-'));
  const [root, target] = [join(folder, 'root'), join(folder, 'target')];
  const git = (store: string, ...args: string[]) =>
    execFileSync('git', ['--git-dir', join(store, 'one.git'), ...args], { encoding: 'utf8' }).trim();
  await mkdir(root);
  git(root, 'init', '--quiet', '--bare');
  const tree = git(root, 'hash-object', '-t', 'tree', '-w', '/dev/null');
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  const names = ['tmp_fix', 'incoming-data', 'commit-graph-x', 'multi-pack-index', 'tmp_a/incoming-b'];
  for (const name of names) {
    // A commit for each, so that none is in the history of another.
    const commit = git(root, ...author, 'commit-tree', tree, '-m', name);
    git(root, 'update-ref', `refs/heads/${name}`, commit);
    git(root, 'update-ref', `refs/tags/${name}`, commit);
  }
  await writeFile(join(root, 'one.git/refs/heads/held.lock'), '');
  const store = new GitStore({ root, native: await findNativeGit(), leases: new LocalLeases() });
  const copied = await store.copyTo(target);
  expect(copied).toEqual({ ids: ['one'], damaged: [] });
  expect(git(target, 'for-each-ref')).toBe(git(root, 'for-each-ref'));
  expect(git(target, 'for-each-ref').split('\n')).toHaveLength(2 * names.length);
  await store.close();
  await rm(folder, { recursive: true });
});
