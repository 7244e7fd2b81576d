import { expect, it } from 'vitest';
import { parseDocument } from '../../../../src/server/graphql/documents/parse-document.js';

const kibibytes = 'at most 128 KiB';
const nested = 'at most 100 deep';

it.each([
  ['20 MB of fields', `{${'a '.repeat(10_000_000)}}`, kibibytes],
  ['128 KiB in UTF-8 that are fewer characters', `{a(b:"${'é'.repeat(70_000)}")}`, kibibytes],
  ['60,000 tokens', `{${'a '.repeat(60_000)}}`, 'at most 5,000 tokens'],
  ['nested selections', '{a'.repeat(43_000), nested],
  ['nested lists', `{a(b:${'['.repeat(2_000)}`, nested],
  ['nested objects', `{a(b:${'{c:'.repeat(2_000)}`, nested],
  ['nested list types', `query($a:${'['.repeat(2_000)}`, nested],
])('a text of %s is refused within 10 ms', (_what, text, message) => {
  // The first calls compile the lexer, and a busy machine interrupts some.
  const times = Array.from({ length: 30 }, () => {
    const from = performance.now();
    expect(() => parseDocument(text)).toThrow(message);
    return performance.now() - from;
  });
  expect(Math.min(...times)).toBeLessThan(10);
});

it('brackets in strings, block strings and comments do not count as nested', () => {
  const brackets = '[{('.repeat(100);
  const text = `# ${brackets}\n{ a(b: "${brackets}", c: """${brackets}""") }`;
  expect(parseDocument(text).definitions).toHaveLength(1);
});
