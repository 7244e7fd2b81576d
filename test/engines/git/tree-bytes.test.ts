import { expect, it } from 'vitest';
import { findEntry, spliceEntry, treeEntries } from '../../../src/engines/git/trees/tree-bytes.js';
import { seededRandom } from './seeded-random.js';

const names = ['a', 'b', 'a.x', 'a-', 'a0', 'b b', 'ab', 'é', 'a b', ' a', 'zz', '100644', 'a 100644'];
/** An object id whose bytes read like the end of a mode, a name and a NUL. */
const misleading = Buffer.concat([Buffer.from(' a\0b b\0'), Buffer.alloc(13, 0x20)]).toString('hex');

it('inserts entries in the same order as a full sort, also beside ids that look like names', () => {
  const random = seededRandom(3);
  const pick = () => names[random(names.length)]!;
  for (let round = 0; round < 100; round++) {
    let tree = Buffer.alloc(0);
    const expected = new Map<string, { mode: string; oid: string }>();
    for (let step = 0; step < 40; step++) {
      const name = random(2) === 0 ? pick() : pick() + pick();
      const oid = random(4) === 0 ? misleading : String(random(10)).repeat(40);
      const next = random(4) === 0 ? null : { mode: random(3) === 0 ? '40000' : '100644', oid };
      tree = Buffer.from(spliceEntry(tree, name, next));
      if (next) expected.set(name, next);
      else expected.delete(name);
    }
    const key = ([name, { mode }]: [string, { mode: string }]) =>
      Buffer.from(mode === '40000' ? `${name}/` : name);
    const sorted = [...expected].sort((a, b) => Buffer.compare(key(a), key(b)));
    const found = [...treeEntries(tree)].map(({ name, mode, oid }) => [name.toString(), { mode, oid }]);
    expect(found).toEqual(sorted);
    for (const name of names) expect(findEntry(tree, name)?.oid).toBe(expected.get(name)?.oid);
  }
});

it.each([
  ['is cut off', Buffer.concat([Buffer.from('100644 a\0'), Buffer.alloc(19)])],
  ['has no name', Buffer.from('100644 a')],
  ['has no mode', Buffer.concat([Buffer.from('a\0'), Buffer.alloc(20)])],
])('refuses a tree that %s', (_, bytes) => {
  expect(() => [...treeEntries(bytes)]).toThrow(expect.objectContaining({ code: 'storage_unavailable' }));
});
