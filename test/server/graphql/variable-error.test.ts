import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { variableError } from '../../../src/server/graphql/variable-error.js';

const schema = buildSchema('type Query { one(content: [String!], names: [String!]): String }');
const fields = Array.from({ length: 1_600 }, (_, i) => `f${i}: __typename`).join(' ');
const long = 'x'.repeat(66_000);

/** The error for an operation, and how often its document was read to find it. */
function check(query: string, variableValues: Record<string, unknown> = {}) {
  const document = parse(query);
  const { definitions } = document;
  let reads = 0;
  Object.defineProperty(document, 'definitions', {
    enumerable: true,
    get() {
      reads++;
      return definitions;
    },
  });
  const error = variableError({ schema, document, variableValues });
  const { faults } = (error?.originalError ?? {}) as { faults?: { path: unknown[] }[] };
  return { reads, paths: faults?.map(({ path }) => path) };
}

it.each([
  ['short texts in a variable', 'names', { a: Array.from({ length: 20_000 }, (_, i) => `${i}`) }],
  ['long texts in a variable', 'content', { a: Array.from({ length: 200 }, () => long) }],
])('reads a document a few times only, however many %s there are', (_title, argument, values) => {
  const found = check(`query ($a: [String!]) { one(${argument}: $a) ${fields} }`, values);
  expect(found.paths).toBeUndefined();
  expect(found.reads).toBeLessThan(10);
});

it('reads a document a few times only for the long texts of many variables', () => {
  const names = Array.from({ length: 100 }, (_, i) => `v${i}`);
  const definitions = names.map((name) => `$${name}: String!`).join(' ');
  const uses = names.map((name) => `${name}: one(content: [$${name}])`).join(' ');
  const found = check(
    `query (${definitions}) { ${uses} }`,
    Object.fromEntries(names.map((name) => [name, long])),
  );
  expect(found.paths).toBeUndefined();
  expect(found.reads).toBeLessThan(10);
});

it('reads a long document a few times only, however many texts the default of a variable has', () => {
  const texts = Array.from({ length: 4_000 }, () => '"xxxxxxxxxxxxxxxx"').join(' ');
  const found = check(`query ($a: [String!] = [${texts}]) { one(names: $a) }`);
  expect(found.paths).toBeUndefined();
  expect(found.reads).toBeLessThan(10);
});

it('does not visit the items of a list that no field takes', () => {
  const query = 'query ($a: [String!]) { one(names: $a) }';
  expect(check(query, { a: Array(20_000).fill('x') }).paths).toBeUndefined();
  const values = Array(20_001).fill('x');
  values[Symbol.iterator] = values.entries = () => {
    throw new Error('visited');
  };
  expect(check(query, { a: values }).paths).toEqual([['a']]);
});

it('still finds the long texts of each variable, and of a default, by the fields that use them', () => {
  const query = `query ($a: [String!], $b: [String!], $c: [String!] = ["${long}"]) {
    one(names: $a, content: $b) two: one(names: $c) }`;
  expect(check(query, { a: ['x', long], b: ['x', long] }).paths).toEqual([['a', 1], ['c']]);
});
