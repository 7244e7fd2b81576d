import { setImmediate as nextIteration } from 'node:timers/promises';
import { GraphQLInt, GraphQLList, GraphQLObjectType, GraphQLSchema, graphql } from 'graphql';
import { expect, it } from 'vitest';
import { pacedRows } from '../../src/paging/paced-rows.js';

const numbers = (count: number) => Array.from({ length: count }, (_, index) => index);

it('the rows of a small page are handed out immediately', async () => {
  await nextIteration();
  expect(pacedRows([1, 2, 3])).toEqual([1, 2, 3]);
});

it('the rows of many small pages in one iteration of the event loop are not', async () => {
  await nextIteration();
  const pages = numbers(30).map(() => pacedRows(numbers(10)));
  expect(pages[0]!.every((row) => typeof row === 'number')).toBe(true);
  expect(pages[29]!.every((row) => row instanceof Promise)).toBe(true);
  for (const page of pages) expect(await Promise.all(page)).toEqual(numbers(10));
});

it('slow work on 2,000 rows leaves the event loop free in between, and keeps their order', async () => {
  const Row = new GraphQLObjectType({
    name: 'Row',
    fields: { id: { type: GraphQLInt, resolve: (row: number) => work(row) } },
  });
  const query = new GraphQLObjectType({
    name: 'Query',
    fields: { rows: { type: new GraphQLList(Row), resolve: () => pacedRows(numbers(2_000)) } },
  });
  let iterations = 0;
  let isDone = false;
  const count = () => {
    iterations++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);
  const { data } = await graphql({ schema: new GraphQLSchema({ query }), source: '{ rows { id } }' });
  isDone = true;
  expect((data!.rows as { id: number }[]).map(({ id }) => id)).toEqual(numbers(2_000));
  // The work of a row takes a tenth of a millisecond, and an iteration ends after 10 ms.
  expect(iterations).toBeGreaterThan(10);
});

function work(row: number): number {
  const until = performance.now() + 0.1;
  while (performance.now() < until);
  return row;
}
