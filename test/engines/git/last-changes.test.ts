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
    'are those that git log reports for each path (seed %i)',
    async (seed) => {
      const commits = randomHistory(at.gitdir, { seed, commits: 150, modes: false });
      const random = seededRandom(seed);
      for (const commit of [commits.at(-1)!, commits[random(100)]!, commits[random(150)]!]) {
        const files = await at.repository.listFiles(commit);
        const paths = files.map(({ path }) => path);
        const found = await at.repository.lastChanges(commit, paths);
        expect(new Set(found.keys())).toEqual(new Set(paths));
        for (const [path, oid] of found) {
          const logged = at.git('--literal-pathspecs', 'log', '-1', '--format=%H', commit, '--', path);
          expect(oid).toBe(logged);
        }
      }
    },
    60_000,
  );
});
