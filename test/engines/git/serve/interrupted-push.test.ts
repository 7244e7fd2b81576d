import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalLeases } from '../../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../../src/engines/git/git-store.js';
import {
  buildPack,
  commitBytes,
  oidOf,
  type PackedObject,
  treeBytes,
} from '../../../support/hostile-pack.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';
import { push } from './push.js';

let at: GitFixture;
let store: GitStore;
beforeEach(async () => {
  at = await gitFixture();
  store = new GitStore({ leases: new LocalLeases(), root: at.root, native: await findNativeGit() });
});
afterEach(() => {
  at.fsck();
  at.remove();
});

const blob: PackedObject = { type: 'blob', content: randomBytes(20_000) };
const tree: PackedObject = {
  type: 'tree',
  content: treeBytes([['100644', 'data.bin', oidOf('blob', blob.content)]]),
};
const commit: PackedObject = { type: 'commit', content: commitBytes(oidOf('tree', tree.content)) };
const oid = oidOf('commit', commit.content);
const pack = buildPack([commit, tree, blob]);
const temporary = () => readdirSync(join(at.gitdir, 'gateway-tmp'));

it('a push that is killed half-way leaves a folder, which the next start removes', async () => {
  const program = new URL('./push-half-way.ts', import.meta.url).pathname;
  const args = [at.root, at.id, oid, pack.toString('base64')];
  const child = fork(program, args, { execArgv: ['--import', 'tsx'] });
  await once(child, 'message');
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(temporary().length).toBe(1);
  expect(at.git('for-each-ref', '--format=%(refname)')).toBe('refs/heads/main');
  expect(readdirSync(join(at.gitdir, 'objects/pack'))).toEqual([]);
  await store.reconcile();
  expect(temporary()).toEqual([]);
  expect(await push(store, at.id, { commands: [[null, oid, 'refs/heads/pushed']], pack })).toContain(
    'ok refs/heads/pushed',
  );
});

it('no part of a push is visible before all of it is received', async () => {
  const answer = await push(store, at.id, {
    commands: [[null, oid, 'refs/heads/pushed']],
    pack,
    halfWay: async () => {
      expect(temporary().length).toBe(1);
      expect(readdirSync(join(at.gitdir, 'objects/pack'))).toEqual([]);
      await expect(at.repository.readCommit(oid)).rejects.toMatchObject({ code: 'not_found' });
      await store.reconcile();
      expect(temporary().length).toBe(1);
    },
  });
  expect(answer).toContain('ok refs/heads/pushed');
  expect(temporary()).toEqual([]);
  expect((await at.repository.readFile(oid, 'data.bin'))?.bytes).toEqual(blob.content);
});

it('a push is refused with "fetch first" when a save moves its branch meanwhile', async () => {
  const onMain: PackedObject = {
    type: 'commit',
    content: commitBytes(oidOf('tree', tree.content), at.firstCommit),
  };
  const to = oidOf('commit', onMain.content);
  const answer = await push(store, at.id, {
    commands: [[at.firstCommit, to, 'refs/heads/main']],
    pack: buildPack([onMain, tree, blob]),
    halfWay: async () => {
      await at.commit({ kind: 'create', path: 'saved.txt', bytes: Buffer.from('saved') });
    },
  });
  expect(answer).toContain('ng refs/heads/main fetch first');
  expect(at.git('log', '--format=%s', 'main')).toBe('A change\nInitial commit');
});

it('a deletion is refused with "fetch first" when its client did not see the branch\'s tip', async () => {
  await at.repository.createBranch('old', at.firstCommit);
  const { commitOid } = await at.commit({ kind: 'create', path: 'a', bytes: Buffer.from('a') });
  const remove = (from: string) =>
    push(store, at.id, { commands: [[from, null, 'refs/heads/old']], pack: Buffer.alloc(0) });
  expect(await remove(commitOid)).toContain('ng refs/heads/old fetch first');
  expect(await remove(at.firstCommit)).toContain('ok refs/heads/old');
  expect(at.git('for-each-ref', '--format=%(refname)', 'refs/gateway')).toBe(
    `refs/gateway/replaced/old/${at.firstCommit}`,
  );
});
