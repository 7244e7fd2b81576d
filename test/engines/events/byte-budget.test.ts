import { expect, it } from 'vitest';
import { ByteBudget } from '../../../src/engines/events/byte-budget.js';

it('bounds what waits for a user, but not one result, and leaves room for others when all is taken', () => {
  const budget = new ByteBudget('results', { perUser: 10, total: 25, always: 2 });
  const releases = ['a', 'b', 'c'].map((user) => budget.take(user, 8));
  expect(() => budget.take('a', 3)).toThrow('Your clients have not read');
  expect(() => budget.take('d', 3)).toThrow('Too many results');
  releases.push(budget.take('d', 2));
  for (const release of releases) release();
  expect(budget.held).toBe(0);
  budget.take('a', 30)();
  expect(budget.held).toBe(0);
});
