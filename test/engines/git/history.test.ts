import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bytes, type GitFixture, gitFixture, nativeGit, someone } from './git-fixture.js';
import { seededRandom } from './seeded-random.js';

let at: GitFixture;
let clone: string;
beforeEach(async () => {
  at = await gitFixture({ 'a.txt': 'a', 'b.txt': 'b' });
  clone = join(at.root, 'clone');
  nativeGit(['clone', '-q', at.gitdir, clone]);
});
afterEach(() => at.remove());

const inClone = (...args: string[]) => nativeGit(['-C', clone, ...args]);

/** Writes (or with null removes) files in the clone and commits. */
function commitInClone(files: Record<string, string | null>): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(clone, path)), { recursive: true });
    if (text === null) rmSync(join(clone, path));
    else writeFileSync(join(clone, path), text);
  }
  inClone('add', '-A');
  const tree = inClone('write-tree');
  const raw = [
    `tree ${tree}`,
    `parent ${inClone('rev-parse', 'HEAD')}`,
    `author O <o@x> 1800000000 +0000`,
    `committer O <o@x> 1800000000 +0000`,
    '',
    'm\n',
  ].join('\n');
  const oid = nativeGit(['-C', clone, 'hash-object', '-w', '-t', 'commit', '--stdin'], { input: raw });
  inClone('reset', '-q', '--hard', oid);
  return oid;
}

async function history(from: string | null, to: string) {
  const entries = [];
  for await (const entry of at.repository.history(from, to)) entries.push(entry);
  return entries;
}

/** Deletes files and creates others of one content, in one commit that records no renames. */
const replace = (files: { deleted: string[]; created: string[]; content: string }) =>
  at.repository.commit({
    branch: 'main',
    changes: [
      ...files.deleted.map((path) => ({ kind: 'delete' as const, path })),
      ...files.created.map((path) => ({ kind: 'create' as const, path, bytes: bytes(files.content) })),
    ],
    author: someone,
    committer: someone,
    message: 'Others instead',
    guessesRenames: true,
  });

describe('history', () => {
  it('returns each commit with its changed files, oldest first', async () => {
    const one = await at.commit({ kind: 'create', path: 'n/x.txt', bytes: bytes('x') });
    const two = await at.commit(
      { kind: 'delete', path: 'a.txt' },
      { kind: 'save', path: 'b.txt', bytes: bytes('more') },
    );
    const entries = await history(null, two.commitOid);
    expect(entries.map(({ commit, changes }) => [commit.oid, changes])).toEqual([
      [
        at.firstCommit,
        [
          { path: 'a.txt', oid: at.git('rev-parse', `${at.firstCommit}:a.txt`) },
          { path: 'b.txt', oid: at.git('rev-parse', `${at.firstCommit}:b.txt`) },
        ],
      ],
      [one.commitOid, [{ path: 'n/x.txt', oid: one.files[0]!.oid }]],
      [
        two.commitOid,
        [
          { path: 'a.txt', oid: null },
          { path: 'b.txt', oid: two.files[0]!.oid },
        ],
      ],
    ]);
    expect((await history(one.commitOid, two.commitOid)).map(({ commit }) => commit.oid)).toEqual([
      two.commitOid,
    ]);
    expect(await history(two.commitOid, two.commitOid)).toEqual([]);
    expect(await history(two.commitOid, one.commitOid)).toEqual([]);
  });

  it('pairs an identical blob with its source, equal names first, each source once', async () => {
    await at.commit(
      { kind: 'create', path: 'old/one.txt', bytes: bytes('same') },
      { kind: 'create', path: 'old/two.txt', bytes: bytes('same') },
    );
    const { commitOid, parentOid } = await replace({
      deleted: ['old/one.txt', 'old/two.txt'],
      created: ['new/two.txt', 'another.txt', 'third.txt'],
      content: 'same',
    });
    const [entry] = await history(parentOid, commitOid);
    const renamed = entry!.changes
      .filter(({ oid }) => oid)
      .map(({ path, renamedFrom }) => [path, renamedFrom]);
    expect(new Map(renamed as [string, string][])).toEqual(
      new Map([
        ['new/two.txt', 'old/two.txt'],
        ['another.txt', 'old/one.txt'],
        ['third.txt', undefined],
      ]),
    );
    expect(entry!.changes.filter(({ oid }) => oid === null).map(({ path }) => path)).toEqual([
      'old/one.txt',
      'old/two.txt',
    ]);
  });

  it('pairs identical blobs by their names before it pairs them by their folders, and then by path', async () => {
    const paths = ['a/one.txt', 'a/two.txt', 'b/four.txt', 'b/three.txt'];
    await at.commit(...paths.map((path) => ({ kind: 'create' as const, path, bytes: bytes('alike') })));
    const created = ['z/one.txt', 'b/third.txt', '0/second.txt', 'c/fourth.txt'];
    const { commitOid, parentOid } = await replace({ deleted: paths, created, content: 'alike' });
    const [entry] = await history(parentOid, commitOid);
    const renamed = entry!.changes.filter(({ oid }) => oid);
    expect(renamed.map(({ path, renamedFrom }) => [renamedFrom, path])).toEqual([
      ['a/two.txt', '0/second.txt'],
      // By its folder, where both that are left might have been it.
      ['b/four.txt', 'b/third.txt'],
      ['b/three.txt', 'c/fourth.txt'],
      ['a/one.txt', 'z/one.txt'],
    ]);
  });

  it('reports a file that became a folder and a folder that became a file', async () => {
    const before = commitInClone({ 'x/y.txt': 'y' });
    const after = commitInClone({ 'x/y.txt': null, 'a.txt': null });
    inClone('push', '-q', 'origin', `${before}:refs/heads/main`);
    rmSync(join(clone, 'x'), { recursive: true, force: true });
    const last = commitInClone({ x: 'now a file', 'a.txt/in.txt': 'now a folder' });
    inClone('push', '-q', 'origin', `${last}:refs/heads/main`);
    expect((await history(before, after))[0]!.changes).toHaveLength(2);
    const paths = (await history(after, last))[0]!.changes.map(({ path, oid }) => [path, oid !== null]);
    expect(paths).toEqual(
      expect.arrayContaining([
        ['a.txt/in.txt', true],
        ['x', true],
      ]),
    );
    expect(paths).toHaveLength(2);
  });

  it('reports for a merge only the files that differ from all its parents', async () => {
    inClone('checkout', '-q', '-b', 'side');
    commitInClone({ 'a.txt': 'side', 'side.txt': 's' });
    inClone('checkout', '-q', 'main');
    commitInClone({ 'b.txt': 'main' });
    inClone('merge', '-q', '--no-commit', '--no-ff', 'side');
    writeFileSync(join(clone, 'a.txt'), 'evil');
    inClone('add', '-A');
    inClone('commit', '-q', '-m', 'merge');
    inClone('push', '-q', 'origin', 'main');
    const tip = at.git('rev-parse', 'main');
    const entries = await history(at.firstCommit, tip);
    expect(entries).toHaveLength(3);
    expect(entries.at(-1)).toMatchObject({
      commit: { oid: tip },
      changes: [{ path: 'a.txt', oid: at.git('rev-parse', 'main:a.txt') }],
    });
  });

  it('and ancestry are exact on a graph of merges with skewed clocks', async () => {
    const random = seededRandom(7);
    const commits = [at.firstCommit];
    const tree = at.git('rev-parse', 'main^{tree}');
    for (let n = 0; n < 40; n++) {
      const parents = [commits[commits.length - 1 - random(Math.min(4, commits.length))]!];
      if (random(3) === 0) parents.push(commits[random(commits.length)]!);
      const time = `${1_700_000_000 + n * 10 + random(200)} +0000`;
      const lines = [...new Set(parents)].map((oid) => `parent ${oid}\n`).join('');
      const raw = `tree ${tree}\n${lines}author O <o@x> ${time}\ncommitter O <o@x> ${time}\n\n${n}\n`;
      commits.push(at.gitWithInput(raw, 'hash-object', '-w', '-t', 'commit', '--stdin'));
    }
    for (let n = 0; n < 25; n++) {
      const from = commits[random(commits.length)]!;
      const to = commits[random(commits.length)]!;
      // Not `git rev-list to ^from`, which clocks as wrong as these mislead.
      const excluded = new Set(at.git('rev-list', from).split('\n'));
      const reachable = at.git('rev-list', to).split('\n');
      const expected = reachable.filter((oid) => !excluded.has(oid)).sort();
      const order = (await history(from, to)).map(({ commit }) => commit);
      expect(order.map(({ oid }) => oid).sort()).toEqual(expected);
      const seen = new Set<string>();
      for (const { oid, parents } of order) {
        for (const parent of parents) expect(expected.includes(parent) && !seen.has(parent)).toBe(false);
        seen.add(oid);
      }
      expect(await at.repository.isAncestor(from, to)).toBe(reachable.includes(from));
    }
  }, 20_000);

  it('is refused with not_found from or to an unknown commit', async () => {
    await expect(history(null, '4'.repeat(40))).rejects.toMatchObject({ code: 'not_found' });
    await expect(at.repository.isAncestor('4'.repeat(40), at.firstCommit)).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});
