import { expect, it } from 'vitest';
import { shownLines } from '../../../web/src/notebook/model/shown-lines.js';

it('the lines of a difference are shown by piece, without the line feed at the end of each', () => {
  const changes = [
    { kind: 'same', text: 'a\nb\n' },
    { kind: 'removed', text: 'c' },
  ] as const;
  expect(shownLines(changes)).toEqual({
    changes: [
      { kind: 'same', lines: ['a', 'b'] },
      { kind: 'removed', lines: ['c'] },
    ],
    hidden: 0,
  });
});

it('of a long difference the first 2,000 lines are shown, and the others are counted', () => {
  const changes = [
    { kind: 'removed', text: 'a\n'.repeat(1_500) },
    { kind: 'added', text: 'b\n'.repeat(1_500) },
    { kind: 'same', text: 'c\n'.repeat(10) },
  ] as const;
  const { changes: shown, hidden } = shownLines(changes);
  expect(shown.map(({ kind, lines }) => [kind, lines.length])).toEqual([
    ['removed', 1_500],
    ['added', 500],
  ]);
  expect(hidden).toBe(1_010);
});
