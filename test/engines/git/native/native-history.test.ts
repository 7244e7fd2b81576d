import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitRepository, openGitStore, type PathChange } from '../../../../src/engines/git/git-store.js';
import { findNativeGit, NativeGitError } from '../../../../src/engines/git/native/native-git.js';
import { nativeHistory } from '../../../../src/engines/git/native/native-history.js';
import { withRenames } from '../../../../src/engines/git/trees/tree-diff.js';
import { type GitFixture, gitFixture } from '../git-fixture.js';
import { randomHistory } from '../random-history.js';
import { seededRandom } from '../seeded-random.js';

let at: GitFixture;
let native: GitRepository;
let own: GitRepository;
beforeEach(async () => {
  at = await gitFixture();
  native = await openGitStore({ root: at.root, native: await findNativeGit() }).repository(at.id);
  own = await openGitStore({ root: at.root }).repository(at.id);
});
afterEach(() => at.remove());

async function history(repository: GitRepository, from: string | null, to: string) {
  const entries = [];
  for await (const entry of repository.history(from, to)) entries.push(entry);
  return entries;
}

type Entries = Awaited<ReturnType<typeof history>>;
const byOid = (entries: Entries) => new Map(entries.map((entry) => [entry.commit.oid, entry]));
function expectParentsFirst(entries: Entries): void {
  const all = byOid(entries);
  const seen = new Set<string>();
  for (const { commit } of entries) {
    for (const parent of commit.parents) expect(all.has(parent) && !seen.has(parent)).toBe(false);
    seen.add(commit.oid);
  }
}

describe('the history that native git tells', () => {
  it.each([1, 2, 3])(
    'is the one that we walk ourselves (seed %i)',
    async (seed) => {
      const commits = randomHistory(at.gitdir, { seed, commits: 260 });
      const tip = commits.at(-1)!;
      const random = seededRandom(seed);
      for (const from of [null, commits[0]!, commits[random(100)]!, commits[random(250)]!]) {
        const found = await history(native, from, tip);
        expect(byOid(found)).toEqual(byOid(await history(own, from, tip)));
        expect(found.length).toBe(new Set(found.map(({ commit }) => commit.oid)).size);
        expectParentsFirst(found);
        const alone = new Map<string, PathChange[]>();
        const git = (await findNativeGit())!;
        for await (const { oid, differences } of nativeHistory(git, at.gitdir, { from, to: tip })) {
          alone.set(oid, withRenames(differences));
        }
        expect(alone).toEqual(new Map(found.map(({ commit, changes }) => [commit.oid, changes])));
      }
      for (let n = 0; n < 20; n++) {
        const [a, b] = [commits[random(260)]!, commits[random(260)]!];
        expect(await native.isAncestor(a, b)).toBe(await own.isAncestor(a, b));
      }
    },
    60_000,
  );

  it('is of the objects, whatever refs/replace says, and may be left at any time', async () => {
    const commits = randomHistory(at.gitdir, { seed: 4, commits: 200 });
    at.git('replace', commits[50]!, commits[100]!);
    expect(byOid(await history(native, null, commits.at(-1)!))).toEqual(
      byOid(await history(own, null, commits.at(-1)!)),
    );
    let taken = 0;
    for await (const entry of native.history(null, commits.at(-1)!)) {
      expect(entry.commit.oid).toMatch(/^[0-9a-f]{40}$/);
      taken += 1;
      if (taken === 5) break;
    }
    expect(taken).toBe(5);
  }, 60_000);

  it('of an unknown commit is a failure', async () => {
    const git = (await findNativeGit())!;
    const iterator = nativeHistory(git, at.gitdir, { from: null, to: '4'.repeat(40) });
    await expect(iterator.next()).rejects.toThrow(NativeGitError);
  });
});
