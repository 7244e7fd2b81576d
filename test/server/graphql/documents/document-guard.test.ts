import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { guardDocument } from '../../../../src/server/graphql/documents/document-guard.js';

const times = (count: number, part: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const tooMany = 'at most 2000 fields and 20 levels';
const repeats = 'repeats the same fields';

describe('a document is refused before validation', () => {
  it.each([
    ['25 levels', `{${'a{'.repeat(25)} b ${'}'.repeat(25)}}`, tooMany],
    ['2,001 fields', `{ ${times(2001, (i) => `a${i}`)} }`, tooMany],
    [
      'fragments that double 30 times',
      `{...f0} ${times(30, (i) => `fragment f${i} on Query { ${i < 29 ? `...f${i + 1} ...f${i + 1}` : 'a'} }`)}`,
      tooMany,
    ],
    [
      'fragments that double 30 times and have no field',
      `{...f0} ${times(30, (i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`)}`,
      tooMany,
    ],
    [
      'many operations that share a large fragment',
      `${times(50, (i) => `query q${i} { ...f }`)} fragment f on Query { ${times(100, (i) => `a${i}`)} }`,
      tooMany,
    ],
    ['61 operations', times(61, (i) => `query q${i} { a }`), 'at most 60 operations and fragments'],
    ['a field 200 times', `{ ${'me { id } '.repeat(200)} }`, repeats],
    ['fields that repeat each other below', `{ ${`me { ${'id '.repeat(20)} } `.repeat(20)} }`, repeats],
    ['a fragment that contains itself', '{ ...a } fragment a on Query { ...a }', 'within itself'],
  ])('with %s', (_what, text, message) => {
    const document = parse(text);
    // A busy machine interrupts some.
    const times = Array.from({ length: 10 }, () => {
      const from = performance.now();
      expect(guardDocument(document)?.message).toContain(message);
      return performance.now() - from;
    });
    expect(Math.min(...times)).toBeLessThan(10);
  });
});

it('a document of ordinary size is accepted', () => {
  const fields = times(30, (i) => `f${i}`);
  const document = parse(
    `{ a { nodes { ${fields} ...b ...c } } } fragment b on B { id name } fragment c on B { id }`,
  );
  expect(guardDocument(document)).toBeNull();
});
