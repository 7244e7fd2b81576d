import { expect, it } from 'vitest';
import {
  fileLimits,
  JsonBounds,
  type JsonExcess,
  type JsonLimits,
} from '../../src/validation/json-bounds.js';

const limits: JsonLimits = {
  depth: 4,
  values: 30,
  members: 5,
  topMembers: 3,
  numberLength: 6,
  stringBytes: 100,
  lists: { depth: 2, items: 10 },
};

function excessOf(text: string, chunkBytes = Number.POSITIVE_INFINITY, given = limits): JsonExcess | null {
  const bytes = Buffer.from(text);
  const bounds = new JsonBounds(given);
  for (let at = 0; at < bytes.length; at += chunkBytes) bounds.scan(bytes.subarray(at, at + chunkBytes));
  return bounds.excess;
}

const long = `"${'x'.repeat(99)}"`;
const allowed: [string, string][] = [
  ['the maximum depth', '[[[[1]]]]'],
  ['the maximum of values', JSON.stringify([[Array(27).fill(0)]])],
  ['the maximum of members', '{"a":{"1":0,"2":0,"3":0,"4":0,"5":0}}'],
  ['the members of several objects', '[{"a":1,"b":2,"c":3},{"a":1,"b":2,"c":3}]'],
  ['the maximum of outer members', '{"a":1,"b":2,"c":3}'],
  ['the maximum of items', `{"a":${JSON.stringify(Array(10).fill(0))},"b":[[],[],[],[]]}`],
  ['more items in a list further inside', `{"a":[${JSON.stringify(Array(20).fill(0))}]}`],
  ['the number of max length', '[123456,-1.5e3]'],
  ['the text of max length', long],
  ['signs of structure in texts', String.raw`{"a":"[[[[[[{:,:,:,:\"[[[[[\\","b\\\"":"\\"}`],
  ['digits in texts', '["12345678901234567890"]'],
  ['backslashes in a long text', JSON.stringify(`${'y'.repeat(50)}\\\\\\"\\\\[[[[[[\\`)],
];

const refused: [string, string, JsonExcess['type'], string | null][] = [
  ['nesting', '{"b":1,"a":[[[[1]]]]}', 'too_deep', 'a'],
  ['values', `{"grants":${JSON.stringify([Array(40).fill(0)])}}`, 'too_many_values', 'grants'],
  ['values without members', JSON.stringify([[Array(40).fill(0)]]), 'too_many_values', null],
  ['items', `{"grants":${JSON.stringify(Array(11).fill({}))}}`, 'too_long', 'grants'],
  ['items without members', JSON.stringify(Array(11).fill([])), 'too_long', null],
  ['members', '{"a":{"1":0,"2":0,"3":0,"4":0,"5":0,"6":0}}', 'too_many_members', 'a'],
  ['outer members', '{"a":1,"b":2,"c":3,"d":4}', 'too_many_members', null],
  ['digits', '{"a\\"b":[1,1234567]}', 'number_too_long', 'a\\"b'],
  ['a long text', `{"a":"${'x'.repeat(101)}"}`, 'too_long', 'a'],
  ['a text without end', `{"a":"${'x'.repeat(101)}`, 'too_long', 'a'],
  ['a long name', `{"${'x'.repeat(90)}":[[[[1]]]]}`, 'too_deep', null],
];

it.each([1, 2, 3, 7, 64, 1000])(
  'lets pass what is within the limits, in chunks of %i bytes',
  (chunkBytes) => {
    for (const [what, text] of allowed) expect(excessOf(text, chunkBytes), what).toBeNull();
  },
);

it.each([1, 2, 3, 7, 64, 1000])('names the excess and its member, in chunks of %i bytes', (chunkBytes) => {
  for (const [what, text, type, member] of refused)
    expect(excessOf(text, chunkBytes), what).toMatchObject({ type, member });
});

it('reports an excess before the rest of the text has arrived', () => {
  const bounds = new JsonBounds(limits);
  expect(bounds.scan(Buffer.from('{"a":1,"b":2,"c":3,'))).toBeNull();
  expect(bounds.scan(Buffer.from('"d":4,'))).toMatchObject({
    message: 'has an object with more than 3 members',
  });
});

it('lets a notebook of 200,000 cells with outputs pass', () => {
  const output = { output_type: 'stream', name: 'stdout', text: ['a\n', 'b\n'] };
  const cell = {
    cell_type: 'code',
    id: 'c',
    metadata: {},
    source: 'x',
    outputs: [output],
    execution_count: 1,
  };
  const notebook = { cells: Array(200_000).fill(cell), metadata: {}, nbformat: 4, nbformat_minor: 5 };
  expect(excessOf(JSON.stringify({ path: 'a.ipynb', notebook }), 65_536, fileLimits)).toBeNull();
});

it('reads escaped quotes in linear time', () => {
  const text = `{"a":"${'\\"\\\\'.repeat(1_000_000)}"}`;
  const start = performance.now();
  expect(excessOf(text, 65_536, fileLimits)).toBeNull();
  expect(performance.now() - start).toBeLessThan(1_000);
});

it('has limits of their own for texts that are members of the outermost object', () => {
  const own = { ...limits, stringBytes: 100, memberStringBytes: { query: 10 } };
  const text = (length: number) => 'x'.repeat(length);
  expect(excessOf(`{"query":"${text(11)}"}`, 4, own)).toEqual({
    member: 'query',
    message: 'has a text of more than 10 bytes',
    type: 'too_long',
  });
  expect(excessOf(`{"query":"${text(10)}","other":"${text(100)}"}`, 4, own)).toBeNull();
  // A name is no text of the member, and a member of an inner object is another one.
  expect(excessOf(`{"a":{"query":"${text(20)}"}}`, 4, own)).toBeNull();
});
