import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findNativeGit } from '../../../src/engines/git/find-native-git.js';
import type { Commit, PathChange } from '../../../src/engines/git/git-store.js';
import { NativeCommits } from '../../../src/engines/git/native/native-commits.js';
import { NativeGit, NativeGitError } from '../../../src/engines/git/native/native-git.js';
import { nativeHistory } from '../../../src/engines/git/native/native-history.js';
import { type FileDifference, withRenames } from '../../../src/engines/git/trees/tree-diff.js';
import { type GitFixture, gitFixture } from './git-fixture.js';
import { randomHistory } from './random-history.js';
import { seededRandom } from './seeded-random.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture();
});
afterEach(() => at.remove());

type Entry = { commit: Commit; changes: PathChange[] };

async function history(from: string | null, to: string): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const entry of at.repository.history(from, to)) entries.push(entry);
  return entries;
}

function expectParentsFirst(entries: Entry[]): void {
  const all = new Set(entries.map(({ commit }) => commit.oid));
  const seen = new Set<string>();
  for (const { commit } of entries) {
    for (const parent of commit.parents) expect(all.has(parent) && !seen.has(parent)).toBe(false);
    seen.add(commit.oid);
  }
}

/** The commits that only `to` leads to, found without git's limits by date. */
function onlyReachableFrom(to: string, from: string | null): Set<string> {
  const commits = new Set(at.git('rev-list', to).split('\n'));
  for (const oid of from === null ? [] : at.git('rev-list', from).split('\n')) commits.delete(oid);
  return commits;
}

async function filesOf(commitOid: string): Promise<Map<string, string>> {
  const files = await at.repository.listFiles(commitOid);
  return new Map(files.map(({ path, oid }) => [path, oid]));
}

/** What a commit changed, from the lists of all files: against the first parent, where a file differs from all parents. */
async function changesOf(commit: Commit): Promise<PathChange[]> {
  const after = await filesOf(commit.oid);
  const [first = new Map<string, string>(), ...others] = await Promise.all(commit.parents.map(filesOf));
  const differences: FileDifference[] = [];
  for (const path of new Set([...first.keys(), ...after.keys()])) {
    const isNew = [first, ...others].every((parent) => parent.get(path) !== after.get(path));
    if (isNew) differences.push({ path, before: first.get(path) ?? null, after: after.get(path) ?? null });
  }
  return withRenames(differences);
}

describe('a history of merges', () => {
  it.each([1, 2, 3])(
    'has each commit once, after its parents, with the files that differ from all of them (seed %i)',
    async (seed) => {
      const commits = randomHistory(at.gitdir, { seed, commits: 260 });
      const tip = commits.at(-1)!;
      const random = seededRandom(seed);
      for (const from of [null, commits[0]!, commits[random(100)]!, commits[random(250)]!]) {
        const found = await history(from, tip);
        expect(new Set(found.map(({ commit }) => commit.oid))).toEqual(onlyReachableFrom(tip, from));
        expect(found.length).toBe(new Set(found.map(({ commit }) => commit.oid)).size);
        expectParentsFirst(found);
        if (from !== null) continue;
        for (const { commit, changes } of found) expect(changes).toEqual(await changesOf(commit));
      }
      for (let n = 0; n < 20; n++) {
        const [a, b] = [commits[random(260)]!, commits[random(260)]!];
        expect(await at.repository.isAncestor(a, b)).toBe(onlyReachableFrom(b, null).has(a));
      }
    },
    60_000,
  );

  it('is of the objects, whatever refs/replace says, and may be left at any time', async () => {
    const commits = randomHistory(at.gitdir, { seed: 4, commits: 200 });
    const before = await history(null, commits.at(-1)!);
    at.git('replace', commits[50]!, commits[100]!);
    expect(await history(null, commits.at(-1)!)).toEqual(before);
    let taken = 0;
    for await (const entry of at.repository.history(null, commits.at(-1)!)) {
      expect(entry.commit.oid).toMatch(/^[0-9a-f]{40}$/);
      taken += 1;
      if (taken === 5) break;
    }
    expect(taken).toBe(5);
  }, 60_000);

  it('of an unknown commit is a failure of git', async () => {
    const native = await findNativeGit();
    const iterator = nativeHistory(native, at.gitdir, { from: [], to: '4'.repeat(40) });
    await expect(iterator.next()).rejects.toThrow(NativeGitError);
  });
});

it('a chain of more commits than are read in this process has the same order and changes', async () => {
  const oids: string[] = [];
  for (let n = 0; n < 140; n++) {
    const path = `${n % 7}.txt`;
    const kind = n < 7 ? 'create' : 'save';
    oids.push((await at.commit({ kind, path, bytes: Buffer.from(`${n}`) })).commitOid);
  }
  const found = await history(at.firstCommit, oids.at(-1)!);
  expect(found.map(({ commit }) => commit.oid)).toEqual(oids);
  expect(found.slice(20)).toEqual(await history(oids[19]!, oids.at(-1)!));
  for (const { commit, changes } of found) expect(changes).toEqual(await changesOf(commit));
}, 60_000);

it('the commits of a long history are those that are read one by one, whatever their messages', async () => {
  const messages = [
    Buffer.from(''),
    Buffer.from('short'),
    Buffer.from('two\n\n\nparts \n\n'),
    Buffer.from('a\0b'),
    Buffer.from('gr\xfc\xdfe', 'latin1'),
    Buffer.from('long '.repeat(40_000)),
    Buffer.from(`tree ${'0'.repeat(40)}\ncommit 5\n`),
  ];
  const commands = Array.from({ length: 400 }, (_, n) => {
    const message = messages[n % messages.length]!;
    const encoding = n % 3 === 0 ? 'encoding ISO-8859-1\n' : '';
    const header = `commit refs/heads/long\ncommitter Ada <a@x> ${1_700_000_000 + n} +0100\n${encoding}`;
    return [`${header}data ${message.length}\n`, message, `\nM 100644 inline f\ndata 3\n${n + 100}\n`];
  });
  const input = Buffer.concat(commands.flat().map((part) => Buffer.from(part)));
  at.gitWithInput(input, 'fast-import', '--quiet');
  const found = await history(null, at.git('rev-parse', 'long'));
  expect(found).toHaveLength(400);
  for (const { commit } of found) expect(commit).toEqual(await at.repository.readCommit(commit.oid));
}, 60_000);

it.each([
  ['the newest', undefined],
  ['the oldest supported', '2.32.0'],
])(
  '%s git reads commits in the order of the questions, and nothing else',
  async (_which, version) => {
    const commits = randomHistory(at.gitdir, { seed: 5, commits: 300 });
    const native = version === undefined ? await findNativeGit() : new NativeGit(version);
    const reader = new NativeCommits(native, at.gitdir);
    try {
      const blob = at.gitWithInput('not a commit', 'hash-object', '-w', '--stdin');
      reader.ask([commits[1]!, '4'.repeat(40), blob, commits[2]!]);
      const read = [await reader.next(), await reader.next(), await reader.next(), await reader.next()];
      expect(read.map((bytes) => bytes?.toString().startsWith('tree ') ?? null)).toEqual([
        true,
        null,
        null,
        true,
      ]);
      reader.close();
      await expect(reader.next()).rejects.toThrow(NativeGitError);
    } finally {
      reader.close();
    }
  },
  60_000,
);
