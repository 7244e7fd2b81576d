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
])('a text of %s is refused before all of it is read', (_what, text, message) => {
  // No name begins so: whoever reads as far finds a syntax error.
  expect(() => parseDocument(`${text}%`)).toThrow(message);
});

it('brackets in strings, block strings and comments do not count as nested', () => {
  const brackets = '[{('.repeat(100);
  const text = `# ${brackets}\n{ a(b: "${brackets}", c: """${brackets}""") }`;
  expect(parseDocument(text).definitions).toHaveLength(1);
});
