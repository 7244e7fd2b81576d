import { expect, it } from 'vitest';
import { leadsOutside } from '../../../../src/engines/git/serve/symlink-target.js';

it('a symlink that stays inside is accepted', () => {
  for (const [target, depth] of [
    ['README.md', 0],
    ['./a/../b', 0],
    ['../data.csv', 1],
    ['../../x/y', 2],
    ['a/b/../../c', 0],
    ['..', 1],
  ] as const) {
    expect([target, leadsOutside(target, depth)]).toEqual([target, false]);
  }
});

it('a symlink that leads outside, or into .git, is refused', () => {
  for (const [target, depth] of [
    ['', 3],
    ['/etc/passwd', 3],
    ['\\\\host\\share', 3],
    ['C:/Windows', 3],
    ['..', 0],
    ['../x', 0],
    ['a/../../x', 0],
    ['../../x', 1],
    ['.git/config', 0],
    ['a/.GIT/hooks', 0],
    ['a\0b', 0],
  ] as const) {
    expect([target, leadsOutside(target, depth)]).toEqual([target, true]);
  }
});
