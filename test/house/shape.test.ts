import { describe, expect, it } from 'vitest';
import { setUpPlantedTree } from './planted-tree.js';
import { medianLineCount } from './shape.js';
import type { SourceFile } from './source-files.js';

const { newFaults } = setUpPlantedTree();

describe('sizes', () => {
  const file = 'src/files/planted.ts';

  it('a file has at most 300 lines', () => {
    expect(newFaults({ [file]: '\n'.repeat(300) })).toEqual([]);
    expect(newFaults({ [file]: '\n'.repeat(301) })).toEqual([`${file}: 301 lines.`]);
  });

  it('only the known folders of generated code are without limits', () => {
    const long = '\n'.repeat(301);
    const path = 'src/files/generated/planted.ts';
    expect(newFaults({ [path]: long })).toEqual([`${path}: 301 lines.`]);
    expect(newFaults({ 'web/generated/planted.ts': long })).toEqual([]);
  });

  it('a function has at most 80 lines', () => {
    const ofLines = (count: number) => `\nfunction long() {${'\n'.repeat(count - 1)}}\n`;
    expect(newFaults({ [file]: ofLines(80) })).toEqual([]);
    expect(newFaults({ [file]: ofLines(81) })).toEqual([`${file}:2: a function of 81 lines.`]);
  });

  it('the median is that of all files', () => {
    const ofLines = (count: number) => ({ text: '\n'.repeat(count) }) as SourceFile;
    expect(medianLineCount([1, 90, 80].map(ofLines))).toBe(80);
  });
});

it.each(['src/files/planted.mts', 'src/setup/planted.mjs', 'prisma/engine/planted.mjs'])(
  'programs of all kinds have the same limits: %s',
  (file) => {
    expect(newFaults({ [file]: '\n'.repeat(301) })).toEqual([`${file}: 301 lines.`]);
    expect(newFaults({ [file]: 'export const answer = 42;\n' })).toEqual([
      `${file}:1: an export without JSDoc.`,
    ]);
  },
);

it('an export has JSDoc', () => {
  const file = 'src/files/planted.ts';
  expect(newFaults({ [file]: '/** The answer. */\nexport const answer = 42;\n' })).toEqual([]);
  for (const comment of [
    '',
    '// The answer.\n',
    '/** */\n',
    '/**\n *\n */\n',
    '/* The answer. */\n',
    '/** @throws Error always */\n',
    '/** . */\n',
    '/** 1. */\n',
    '/**\n * -\n * @throws Error always\n */\n',
  ])
    expect(newFaults({ [file]: `${comment}export const answer = 42;\n` })).toEqual([
      expect.stringMatching(/^\S+:\d: an export without JSDoc\.$/),
    ]);
});

it('an export has a name', () => {
  const text = '/** The answer. */\nconst answer = 42;\nexport = answer;\n';
  expect(newFaults({ 'src/files/planted.cts': text })).toEqual([
    'src/files/planted.cts: export names instead of `export =`.',
  ]);
});

it.each([
  ['a value', 'const answer = 42;'],
  ['a part of a value', 'const { answer } = { answer: 42 };'],
  ['a function', 'function answer() {}'],
  ['a class', 'class answer {}'],
  ['a type', 'type answer = 42;'],
])('%s that is exported by a list has JSDoc', (_what, declaration) => {
  const file = 'src/files/planted.ts';
  for (const list of ['export { answer };\n', 'export { answer as other };\n']) {
    expect(newFaults({ [file]: `/** The answer. */\n${declaration}\n${list}` })).toEqual([]);
    const bare = { [file]: `/** The list. */\n${list}${declaration}\n` };
    expect(newFaults(bare)).toEqual([`${file}:3: an export without JSDoc.`]);
  }
  expect(newFaults({ [file]: `${declaration}\nexport { other } from './other.js';\n` })).toEqual([]);
});
