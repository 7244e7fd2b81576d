import { describe, expect, it } from 'vitest';
import { setUpPlantedTree } from './planted-tree.js';

const { newFaults } = setUpPlantedTree();

describe('words', () => {
  const file = 'src/files/planted.ts';

  it.each([
    ['a name', 'const mostFiles = 1;\n', 'the name mostFiles: max.'],
    ['a private name', 'class A {\n#door = 1;\n}\n', 'the name door: transport, API.'],
    ['a name with a digit', 'const turn1 = 1;\n', 'the name turn1: queue, slot.'],
    ['a name behind a digit', 'const next2Turn = 1;\n', 'the name next2Turn: queue, slot.'],
    ['a name in capitals', 'const MOST_FILES = 1;\n', 'the name MOST_FILES: max.'],
    ['a name that begins with capitals', 'const MOSTFiles = 1;\n', 'the name MOSTFiles: max.'],
    ['a name behind capitals', 'const HTTPTurn = 1;\n', 'the name HTTPTurn: queue, slot.'],
    ['a comment', '// Tells the client.\n', 'the words "Tells" in prose.'],
    ['a description', "const text = 'What it is told.';\n", 'the words "told" in prose.'],
    ['a template', 'const text = `In doubt`;\n', 'the words "In doubt" in prose.'],
    ['a comment of two senses', '// Ends at once.\n', 'the words "at once" in prose.'],
  ])('%s has no private word', (_what, text, fault) => {
    expect(newFaults({ [file]: text })).toEqual([expect.stringContaining(fault)]);
  });

  it('the path of a file has none', () => {
    for (const path of ['src/files/next-turn.ts', 'src/files/turn2.ts', 'src/files/nextTurn.ts'])
      expect(newFaults({ [path]: '' })).toEqual([`${path}: the word turn in the path: queue, slot.`]);
  });

  it.each([
    [
      'src/setup/planted.mjs',
      '// It tells the reader.\nconst mostFiles = 1;\n',
      ['2: the name mostFiles: max.', '1: the words "tells" in prose.'],
    ],
    ['prisma/engine/planted.mjs', "run('the next turn');\n", ['1: the words "turn" in prose.']],
    [
      'rest/operations/planted.graphql',
      '# Where to tell.\nquery Door {\n  x\n}\n',
      ['2: the name Door: transport, API.', '1: the words "tell" in prose.'],
    ],
    [
      'schema/planted.graphql',
      'type A {\n  """\n  First,\n  in doubt.\n  """\n  a("The largest." b: Int): Int\n}\n',
      ['4: the words "in doubt" in prose.', '6: the words "largest" in prose.'],
    ],
  ])('are checked in %s, too', (path, text, faults) => {
    expect(newFaults({ [path]: text })).toEqual(faults.map((fault) => `${path}:${fault}`));
  });

  it('ordinary uses stay', () => {
    const text = '// At most one, in place; turned off. Promise.allSettled waits.\n';
    expect(newFaults({ [file]: text })).toEqual([]);
  });
});
