import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mergeTexts } from '../../../../src/engines/nbformat/merge/merge-texts.js';
import { seededRandom } from '../../git/seeded-random.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'merge-texts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What `git merge-file` makes of three texts; null for a conflict. */
function mergedByGit(base: string, ours: string, theirs: string): string | null {
  const paths = { ours, base, theirs };
  for (const [name, text] of Object.entries(paths)) writeFileSync(join(folder, name), text);
  const { status, stdout } = spawnSync('git', ['merge-file', '-p', 'ours', 'base', 'theirs'], {
    cwd: folder,
  });
  return status === 0 ? stdout.toString() : null;
}

function edited(random: (below: number) => number, lines: readonly string[], side: string): string[] {
  const result = [...lines];
  for (let step = random(3); step >= 0; step--)
    result.splice(
      random(result.length + 1),
      random(3),
      ...(random(3) === 0 ? [] : [`${side} ${random(99)}`]),
    );
  return result;
}

it('random texts are merged as git merges them', () => {
  let clean = 0;
  for (let seed = 0; seed < 150; seed++) {
    const random = seededRandom(seed);
    const base = Array.from({ length: random(25) }, (_, index) => `line ${index}`);
    const [ours, theirs] = [edited(random, base, 'ours'), edited(random, base, 'theirs')];
    const end = random(2) === 0 ? '\n' : '';
    const three = [base, ours, theirs].map((lines) => lines.join('\n') + end) as [string, string, string];
    const byGit = mergedByGit(...three);
    const result = mergeTexts(...three);
    if (result !== null) clean += 1;
    expect(result, `seed ${seed}`).toBe(byGit);
  }
  expect(clean).toBeGreaterThan(40);
});

it.each([
  ['the same change on both sides', 'a\nb\nc\n', 'a\nx\nc\n', 'a\nx\nc\n', 'a\nx\nc\n'],
  ['an unchanged side', 'a\n', 'a\n', '', ''],
  ['neighbouring lines', 'a\nb\n', 'x\nb\n', 'a\ny\n', null],
  ['two texts without a common base', '', 'a\n', 'b\n', null],
  ['Windows line ends', 'a\r\nb\r\nc\r\n', 'x\r\nb\r\nc\r\n', 'a\r\nb\r\ny\r\n', 'x\r\nb\r\ny\r\n'],
])('%s', (_name, base, ours, theirs, expected) => {
  expect(mergeTexts(base, ours, theirs)).toBe(expected);
});
