import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GitFixture, gitFixture } from '../git-fixture.js';
import { seededRandom } from '../seeded-random.js';
import { type Files, mergeInto, writeCommit } from './merge-fixture.js';

let at: GitFixture;
beforeAll(async () => {
  at = await gitFixture();
});
afterAll(() => at.remove());

const paths = ['a', 'b', 'c', 'in/a', 'in/b', 'in/deep/c', 'out/a', 'out/d', 'e', 'f'].map(
  (one) => `${one}.txt`,
);
const linesOfFile = 24;
/** Lines between two that are edited, so that no two edits are neighbours. */
const slot = 4;

type Random = (below: number) => number;

/** A text that has nothing in common with another one. */
function newText(random: Random): string {
  const lines = Array.from(
    { length: linesOfFile },
    (_, n) => `${n} ${random(1e9).toString(36)} ${random(1e9)}`,
  );
  return `${lines.join('\n')}\n`;
}

/** Changes a line. Edits of both sides meet in few of the lines. */
function edited(text: string, random: Random): string {
  const lines = text.split('\n');
  const at = random(linesOfFile / slot) * slot;
  lines[at] = `${at} edited ${random(3)}`;
  return lines.join('\n');
}

/** What one side does with the files: it edits, renames, deletes, adds, and changes modes. */
function changed(base: Files, random: Random): Files {
  const files: Files = new Map(base);
  for (let steps = 1 + random(5); steps > 0; steps--) {
    const known = [...files.keys()];
    const path = known[random(known.length)];
    const free = paths.filter((one) => !files.has(one) && !base.has(one));
    const to = free[random(free.length)];
    const file = path === undefined ? undefined : files.get(path)!;
    const step = random(8);
    if (step === 0 && to) files.set(to, { text: newText(random) });
    else if (!path || !file) continue;
    else if (step === 1) files.delete(path);
    else if (step === 2) files.set(path, { ...file, isExecutable: !file.isExecutable });
    else if (step < 6 && to) {
      files.delete(path);
      files.set(to, random(2) ? file : { ...file, text: edited(file.text, random) });
    } else files.set(path, { ...file, text: edited(file.text, random) });
  }
  return files;
}

/** The tree that git makes of a merge; null where it finds conflicts. */
function mergedByGit(ours: string, theirs: string): string | null {
  const config = ['-c', 'merge.directoryRenames=false', '-c', 'merge.renames=true'];
  try {
    return at.git(...config, 'merge-tree', '--write-tree', ours, theirs).split('\n')[0]!;
  } catch (error) {
    if ((error as { status?: number }).status === 1) return null;
    throw error;
  }
}

it('merges of random histories with renames have the trees, and the conflicts, of git merge', async () => {
  const seed = Number(process.env.MERGE_SEED ?? Math.trunc(Math.random() * 2 ** 31));
  const random = seededRandom(seed);
  const counts = { merged: 0, conflicts: 0 };
  for (let run = 0; run < 40; run++) {
    const where = `seed ${seed}, history ${run}`;
    const base: Files = new Map();
    for (const path of paths.slice(0, 5)) base.set(path, { text: newText(random) });
    const first = writeCommit(at, `base-${run}`, base, []);
    const ours = writeCommit(at, `ours-${run}`, changed(base, random), [first]);
    const theirs = writeCommit(at, `theirs-${run}`, changed(base, random), [first]);
    const expected = mergedByGit(ours, theirs);
    const outcome = await mergeInto(at.repository, `ours-${run}`, theirs);
    if (expected === null) {
      expect(outcome.kind, where).toBe('conflicts');
      expect(at.git('rev-parse', `ours-${run}`), where).toBe(ours);
      counts.conflicts += 1;
    } else {
      expect(outcome, where).toMatchObject({ kind: 'merged', parentOid: ours });
      expect(at.git('rev-parse', `ours-${run}^{tree}`), where).toBe(expected);
      counts.merged += 1;
    }
  }
  expect(Math.min(counts.merged, counts.conflicts), `seed ${seed}`).toBeGreaterThan(3);
  at.fsck();
}, 120_000);
