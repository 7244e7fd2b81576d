import { stringify } from 'lossless-json';
import { describe, expect, it } from 'vitest';
import { parseJson } from '../../../src/engines/nbformat/json.js';
import { notebookFaults } from '../../../src/engines/nbformat/notebook-faults.js';
import { codeCell, makeCorpus, makeNotebook } from './corpus.js';
import { makeMutations } from './mutations.js';
import { runPython } from './python.js';

/** Returns for each notebook whether nbformat.validate accepts it; an unexpected exception counts as a refusal. */
const program = `
import json, sys, nbformat
def is_valid(text):
    try:
        nbformat.validate(json.loads(text))
        return True
    except Exception:
        return False
json.dump([is_valid(text) for text in json.load(sys.stdin)], sys.stdout)
`;

const accepts = (text: string) => notebookFaults(parseJson(text)).length === 0;

describe('notebookFaults against nbformat.validate', () => {
  it.each([0, 1, 2, 3, 4, 5])(
    'agrees on every mutation of a 4.%i notebook',
    { timeout: 240_000 },
    async (minor) => {
      const mutations = makeMutations(minor);
      const texts = mutations.map(({ notebook }) => stringify(notebook)!);
      const verdicts = await runPython<boolean[]>(program, texts);
      const unchanged = mutations.flatMap(({ name }, index) =>
        name.endsWith(' unchanged') ? [verdicts[index]] : [],
      );
      expect(new Set(unchanged)).toEqual(new Set([true]));
      expect(verdicts.filter((verdict) => !verdict).length).toBeGreaterThan(500);
      const differing = mutations.filter((_, index) => accepts(texts[index]!) !== verdicts[index]);
      expect(differing.map(({ name }) => name)).toEqual([]);
    },
  );

  it('accepts the whole corpus', () => {
    expect(makeCorpus().filter(({ text }) => !accepts(text))).toEqual([]);
  });
});

describe('notebookFaults', () => {
  it.each([
    [3, 0],
    [5, 0],
    ['4', 5],
    [undefined, 5],
    [4, 6],
    [4, -1],
    [4, 1.5],
    [4, '5'],
    [4, undefined],
    [4, true],
  ])('refuses nbformat %s.%s', (nbformat, nbformat_minor) => {
    const [fault] = notebookFaults({ cells: [], metadata: {}, nbformat, nbformat_minor });
    expect(fault).toMatchObject({ type: 'unsupported_version' });
  });

  it('is stricter than nbformat with ids that end in a line break', () => {
    expect(notebookFaults(makeNotebook(5, [codeCell({ id: 'abc\n' })]))).toHaveLength(1);
  });

  it.each([[null], [1], ['x'], [[]], [true]])('refuses %j instead of a notebook', (value) => {
    expect(notebookFaults(value)).toEqual([{ path: [], msg: 'must be a JSON object', type: 'type' }]);
  });

  it('reports each fault of each cell with its path', () => {
    const output = { output_type: 'stream', name: 1, text: ['a', 2] };
    const cells = [
      codeCell({
        extra: 1,
        metadata: { tags: ['a/b', 'c,d'] },
        outputs: [output, { output_type: 'pdf' }, 7],
      }),
      { cell_type: 'text', source: '', metadata: {} },
      { source: '', metadata: {} },
      {
        cell_type: 'raw',
        metadata: { 'a/b~c': 1 },
        source: '',
        attachments: { 'a/b~c': { 'image/png': 1 } },
      },
    ];
    const faults = notebookFaults(makeNotebook(4, cells, { kernelspec: {} }));
    expect(faults.map(({ path, type }) => `${path.join(' ')}: ${type}`).sort()).toEqual(
      [
        'metadata kernelspec name: missing',
        'metadata kernelspec display_name: missing',
        'cells 0 extra: unknown_field',
        'cells 0 metadata tags 1: pattern',
        'cells 0 outputs 0 name: type',
        'cells 0 outputs 0 text 1: type',
        'cells 0 outputs 1 output_type: unknown_type',
        'cells 0 outputs 2: type',
        'cells 1 cell_type: unknown_type',
        'cells 2 cell_type: missing',
        'cells 3 attachments a/b~c image/png: type',
      ].sort(),
    );
    expect(faults.find(({ type }) => type === 'pattern')?.path).toEqual(['cells', 0, 'metadata', 'tags', 1]);
  });

  it('stops at 20 faults, also of one huge part', () => {
    const many = Array.from({ length: 500 }, () => 1);
    expect(notebookFaults(makeNotebook(5, many as never))).toHaveLength(20);
    expect(notebookFaults(makeNotebook(5, [codeCell({ source: many })]))).toHaveLength(20);
    const huge = Array.from({ length: 1_000_000 }, () => 1);
    expect(notebookFaults(makeNotebook(5, [codeCell({ source: huge })]))).toHaveLength(1);
  });
});
