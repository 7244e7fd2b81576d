import { expect, it } from 'vitest';
import { DatabaseAwayError } from '../../src/engines/database/database-away-error.js';
import { repeatedChanges } from '../../src/subscriptions/repeated-changes.js';

const { signal } = new AbortController();

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

it('begins again after an outage and delivers each item once', async () => {
  let calls = 0;
  async function* generate() {
    calls += 1;
    for (const item of ['a', 'b', 'c']) {
      if (calls === 1 && item === 'c') throw new DatabaseAwayError(new Error('cut'));
      yield item;
    }
  }
  expect(await all(repeatedChanges(generate, signal))).toEqual(['a', 'b', 'c']);
  expect(calls).toBe(2);
});

it('does not begin again after another fault', async () => {
  async function* generate() {
    yield 'a';
    throw new Error('A commit is gone.');
  }
  await expect(all(repeatedChanges(generate, signal))).rejects.toThrow('A commit is gone.');
});
