import { expect, it } from 'vitest';
import { isQuickToCompare } from '../../../../src/engines/nbformat/compare/is-quick-to-compare.js';
import { encodeNotebook } from '../../../../src/engines/nbformat/encode-notebook.js';
import type { Notebook } from '../../../../src/engines/nbformat/notebook.js';
import { codeCell, codeNotebook } from '../../../support/factories/code-notebook.js';

const lines = (count: number) => 'x\n'.repeat(count);
const book = (source: string) => encodeNotebook(codeNotebook([codeCell('a', source)]) as unknown as Notebook);

it('a text is quick below 16 KiB and up to 300 lines, of all versions together', () => {
  const isQuick = (...texts: string[]) =>
    isQuickToCompare(
      texts.map((text) => Buffer.from(text)),
      false,
    );
  expect(isQuick(lines(150), lines(150))).toBe(true);
  expect(isQuick(lines(150), lines(151))).toBe(false);
  expect(isQuick('x'.repeat(8_192), 'x'.repeat(8_191))).toBe(true);
  expect(isQuick('x'.repeat(8_192), 'x'.repeat(8_192))).toBe(false);
});

it('a notebook is quick up to 300 lines in its cells, however they are written', () => {
  const isQuick = (...bytes: Uint8Array[]) => isQuickToCompare(bytes, true);
  expect(isQuick(book(lines(100)).bytes, book(lines(100)).bytes)).toBe(true);
  expect(isQuick(book(lines(200)).bytes, book(lines(200)).bytes)).toBe(false);
  expect(isQuick(Buffer.from(JSON.stringify({ source: lines(301) }).replaceAll('\\n', '\\u000a')))).toBe(
    false,
  );
});
