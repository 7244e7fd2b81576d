import { expect, it } from 'vitest';
import { isPlainJson } from '../../../src/engines/nbformat/is-plain-json.js';
import { parseJson, parseRequestJson, stringifyJson } from '../../../src/engines/nbformat/json.js';
import { JsonReader } from '../../../src/engines/nbformat/json-reader.js';

const numbers = [
  ...['0', '7', '-7', '123456789012345', '1234567890123456', '9007199254740993', '-0', '01', '-01', '-'],
  ...['1.5', '-1.5', '0.25', '0.0001', '0.00001', '5.00001', '1.0', '1.50', '-0.0', '0.1000', '.5', '1.'],
  ...['123456789.123456', '1234567890.123456', '0.30000000000000004', '0.1234567890123456'],
  ...['1e5', '1E5', '1e-7', '1.5e300', '1e400', 'NaN', 'Infinity', '-Infinity', '1-2', '+1', '1.2.3'],
];
const strings = [
  '',
  '"',
  '\\',
  '\\"',
  '1.0',
  '[1e5]',
  'é',
  '\u2028',
  '\ud83d\ude00',
  'x'.repeat(100),
  `${'\\'.repeat(99)}"`,
];
const texts = [
  ...numbers,
  ...strings.map((text) => JSON.stringify(text)),
  ...strings.map((text) => JSON.stringify({ [text]: [text, { b: text }], '1': 0, __proto__: 1 })),
  '{"__proto__": {"a": 1}, "a": 1, "a": 2, "10": 1, "2": 1}',
  ...['"\\ud800"', '"a', '"a\\"', '{"a":1', '[1,]', '[1 2]', '{"a" 1}', 'true', 'nul', ' [ null , false ] '],
  '['.repeat(500) + ']'.repeat(500),
  '['.repeat(501) + ']'.repeat(501),
];

/** So long that the texts are read in the quick way, if they are plain. */
const padding = ' '.repeat(20_000);

it.each(texts.map((text) => [text.slice(0, 60), text]))('%s is read the same in both ways', (_what, text) => {
  for (const json of [text, `[${text},${text}]`, `{"k":${text}}`]) {
    const read = (parse: () => unknown) => {
      try {
        return stringifyJson(parse());
      } catch (error) {
        return (error as Error).message;
      }
    };
    const expected = read(() => new JsonReader(json + padding).read());
    expect(read(() => parseJson(json + padding))).toBe(expected);
    expect(read(() => parseRequestJson(json + padding))).toBe(
      read(() => new JsonReader(json + padding, Number.NaN).read()),
    );
  }
});

it('the usual texts of notebooks are plain', () => {
  const cell = { cell_type: 'code', id: 'a\\"b', execution_count: 12, source: ['x = 1e5\n', '"y"'] };
  expect(
    isPlainJson(JSON.stringify({ cells: [cell], metadata: { width: 0.75 }, nbformat: 4 }, null, 1)),
  ).toBe(true);
});

it('numbers that JavaScript would write otherwise are not, and neither are too many values', () => {
  for (const token of ['1.0', '1e5', '9007199254740993', '-0', '0.00001'])
    expect(isPlainJson(`[${token}]`)).toBe(false);
  expect(isPlainJson(`[${'1,'.repeat(5_000_000)}1]`)).toBe(false);
});
