import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type GitFixture, gitFixture } from './git-fixture.js';
import { randomHistory } from './random-history.js';
import { seededRandom } from './seeded-random.js';

let at: GitFixture;
beforeEach(async () => {
  at = await gitFixture();
});
afterEach(() => at.remove());

describe('the last changes of files', () => {
  it.each([11, 12, 13])(
    'are those that git log tells of each path (seed %i)',
    async (seed) => {
      const commits = randomHistory(at.gitdir, { seed, commits: 150 });
      const random = seededRandom(seed);
      for (const commit of [commits.at(-1)!, commits[random(100)]!, commits[random(150)]!]) {
        const files = await at.repository.listFiles(commit);
        const paths = files.map(({ path }) => path);
        const found = await at.repository.lastChanges(commit, paths);
        expect(new Set(found.keys())).toEqual(new Set(paths));
        for (const [path, oid] of found) {
          // Our own sense of a change: a mode alone is none.
          const told = at.git('--literal-pathspecs', 'log', '--format=%H', commit, '--', path);
          expect(told.split('\n')).toContain(oid);
          expect(contentOf(oid, path)).toBe(contentOf(commit, path));
          for (const parent of at.git('rev-parse', `${oid}^@`).split('\n').filter(Boolean))
            expect(contentOf(parent, path)).not.toBe(contentOf(commit, path));
        }
      }
    },
    60_000,
  );
});

/** The blob of a regular file, without its mode. */
function contentOf(commit: string, path: string): string {
  return at
    .git('--literal-pathspecs', 'ls-tree', '-z', commit, '--', path)
    .replace(/^100\d{3} /, '')
    .slice(0, 50);
}
