import { utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { LocalLeases } from '../../../src/engines/database/local-leases.js';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import { GitStore } from '../../../src/engines/git/git-store.js';
import { readSyncRefs } from '../../../src/engines/git/remotes/tracking-refs.js';
import { buildPack, commitBytes, oidOf, type PackedObject, treeBytes } from '../../support/hostile-pack.js';
import { bytes, type GitFixture, gitFixture } from './git-fixture.js';
import { push } from './serve/push.js';

let at: GitFixture;
let store: GitStore;
let reports: string[];
const missing = '1234567890123456789012345678901234567890';
const damaged: [name: string, text: string][] = [
  ['empty', ''],
  ['garbage', 'garbage\n'],
  ['nowhere', `${missing}\n`],
];
const signal = new AbortController().signal;

beforeEach(async () => {
  at = await gitFixture();
  reports = [];
  const report = (error: unknown) => void reports.push(String(error));
  store = new GitStore({ leases: new LocalLeases(), root: at.root, native: await findNativeGit(), report });
  await at.repository.createBranch('sound', at.firstCommit);
  // What was packed before is older, and not what a damaged file stands for.
  at.git('branch', 'empty');
  at.git('pack-refs', '--all');
  for (const [name, text] of damaged) writeFileSync(join(at.gitdir, 'refs/heads', name), text);
});
afterEach(() => at.remove());

it('branches with a damaged ref are left out of lists, and each is logged once', async () => {
  for (let round = 0; round < 2; round++) {
    const branches = await (await store.repository(at.id)).branches();
    expect(branches.map(({ name }) => name)).toEqual(['main', 'sound']);
  }
  expect(reports.length).toBe(3);
  const refs = await readSyncRefs(await findNativeGit(), at.gitdir, 'https://git.example/a.git');
  expect([...refs.local.keys()]).toEqual(['main', 'sound']);
});

it('a branch with a damaged ref is reported as unreadable, and the others can be read and saved', async () => {
  const repository = await store.repository(at.id);
  for (const [name] of damaged) {
    const refusal = { code: 'storage_unavailable', message: expect.stringContaining('is damaged') };
    await expect(repository.resolveRef(name)).rejects.toMatchObject(refusal);
    await expect(repository.resolveBranch(name)).rejects.toMatchObject(refusal);
  }
  expect(await repository.resolveBranch('sound')).toBe(at.firstCommit);
  await at.commit({ kind: 'save', path: 'README.md', bytes: bytes('saved') });
  // One that leads nowhere can be deleted and made anew.
  await repository.deleteBranch('nowhere');
  await repository.createBranch('nowhere', at.firstCommit);
  expect(await repository.resolveBranch('nowhere')).toBe(at.firstCommit);
});

it('a branch is created at the tip of another without reading all others', async () => {
  const repository = await store.repository(at.id);
  await repository.createBranch('new', at.firstCommit, 'main');
  // Who reads all refs reports the damaged ones.
  expect(reports).toEqual([]);
  expect(await repository.resolveBranch('new')).toBe(at.firstCommit);
  const conflict = { code: 'already_exists' };
  for (const name of ['empty', 'empty/below', 'sound', 'sound/below', 'new', 'new/below'])
    await expect(repository.createBranch(name, at.firstCommit, 'main')).rejects.toMatchObject(conflict);
  await expect(repository.createBranch('other', missing, 'main')).rejects.toMatchObject({
    code: 'not_found',
  });
});

it('clones and pushes succeed without the branches with a damaged ref', async () => {
  const service = await store.serve(at.id);
  for (const protocol of [undefined, 'version=2']) {
    const advertised = (await service.advertiseUpload('somebody', protocol, signal)).toString('latin1');
    for (const [name] of damaged) expect(advertised).not.toContain(`refs/heads/${name}`);
    if (!protocol) expect(advertised).toContain('refs/heads/sound');
  }
  const toPush = (await service.advertiseReceive('somebody', signal)).toString('latin1');
  expect(toPush).toContain('refs/heads/sound');
  for (const [name] of damaged) expect(toPush).not.toContain(`refs/heads/${name}`);

  const tree: PackedObject = { type: 'tree', content: treeBytes([]) };
  const commit: PackedObject = { type: 'commit', content: commitBytes(oidOf('tree', tree.content)) };
  const oid = oidOf('commit', commit.content);
  const commands: [null, string, string][] = [[null, oid, 'refs/heads/pushed']];
  expect(await push(store, at.id, { commands, pack: buildPack([commit, tree]) })).toContain(
    'ok refs/heads/pushed',
  );
});

it.each(damaged)('maintenance packs but prunes nothing beside a damaged ref: %s', async (name) => {
  for (const [other] of damaged)
    if (other !== name) writeFileSync(join(at.gitdir, 'refs/heads', other), `${at.firstCommit}\n`);
  const old = at.gitWithInput('what the damaged branch may have led to', 'hash-object', '-w', '--stdin');
  const then = Date.now() / 1000 - 20 * 24 * 3600;
  utimesSync(join(at.gitdir, 'objects', old.slice(0, 2), old.slice(2)), then, then);
  await store.maintain(at.id, { signal, onProgress: () => {} });
  expect(at.git('cat-file', '-p', old)).toMatch(/^what/);
  expect((await store.measure(at.id)).packs).toBe(1);
});
