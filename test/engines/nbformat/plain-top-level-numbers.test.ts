import { expect, it } from 'vitest';
import { parseJson, stringifyJson } from '../../../src/engines/nbformat/json.js';
import { withPlainTopLevelNumbers } from '../../../src/engines/nbformat/plain-top-level-numbers.js';

it('converts top-level number tokens of a body to plain numbers and keeps nested tokens', () => {
  const body = withPlainTopLevelNumbers(
    parseJson('{"a":30.0,"b":1e1,"c":1152921504606846976,"notebook":{"n":1.0}}'),
  );
  expect(body).toMatchObject({ a: 30, b: 10, c: 2 ** 60 });
  expect(stringifyJson(body)).toContain('"notebook":{"n":1.0}');
});

it.each([
  ['1.0', 1],
  ['"1.0"', '1.0'],
  ['null', null],
  ['[1]', [1]],
])('does not change a body that is no object: %s', (text, expected) => {
  expect(withPlainTopLevelNumbers(parseJson(text))).toEqual(expected);
});
