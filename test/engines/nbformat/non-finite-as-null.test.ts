import { expect, it } from 'vitest';
import { parseRequestJson, stringifyJson } from '../../../src/engines/nbformat/json.js';
import { nonFiniteAsNull } from '../../../src/engines/nbformat/non-finite-as-null.js';

it('reads what is no finite number as NaN, and everything else as it is', () => {
  expect(parseRequestJson('[NaN, -Infinity, 1e999, null, 1.5, "NaN"]')).toEqual([
    Number.NaN,
    Number.NaN,
    Number.NaN,
    null,
    1.5,
    'NaN',
  ]);
});

it('replaces only what is no finite number', () => {
  const value = parseRequestJson('{"a":[1.0,NaN,{"b":-1e999,"__proto__":NaN}],"c":"NaN","d":null}');
  const text = stringifyJson(nonFiniteAsNull(value));
  expect(text).toBe('{"a":[1.0,null,{"b":null,"__proto__":null}],"c":"NaN","d":null}');
});

it('shares a value in which every number is finite', () => {
  const value = parseRequestJson('{"a":[1.0,{"b":[2]}]}');
  expect(nonFiniteAsNull(value)).toBe(value);
});
