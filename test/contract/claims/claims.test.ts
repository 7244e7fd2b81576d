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

it('every claim is a different sentence', () => {
  const sentences = claims.map(({ claim }) => claim);
  expect(new Set(sentences).size).toBe(sentences.length);
  for (const sentence of sentences) expect(sentence).toMatch(/^[A-Z].*\.$/);
});

it('every proof is a test that exists', () => {
  const missing = claims.filter(({ file, title }) => !existsSync(file) || !titlesOf(file).has(title));
  expect(missing).toEqual([]);
});
