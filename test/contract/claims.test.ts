import { existsSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { claims } from './claims.js';

/** The titles of the tests of a file, as they are written. */
function titlesOf(file: string): Set<string> {
  const text = readFileSync(file, 'utf8');
  return new Set(
    [...text.matchAll(/(['"`])((?:\\.|(?!\1).)+)\1,\s*(?:\{[^}]*\},\s*)?(?:async )?\(/g)].map(
      (match) => match[2]!,
    ),
  );
}

it('every claim is a different sentence, and has a proof or the reason why it is not true yet', () => {
  const sentences = claims.map(({ claim }) => claim);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const claim of claims) {
    expect(claim.claim).toMatch(/^[A-Z].*\.$/);
    if ('notYet' in claim) expect(claim.notYet).toMatch(/^[A-Z][^.]*\.$/);
  }
});

it('every proof is a test that exists', () => {
  const missing = claims.flatMap((one) => {
    if ('notYet' in one) return [];
    return existsSync(one.file) && titlesOf(one.file).has(one.title) ? [] : [one];
  });
  expect(missing).toEqual([]);
});
