import { describe, expect, it } from 'vitest';
import { mergeNotebooks } from '../../../web/src/notebook/model/merge-notebooks.js';
import { type Cell, type Notebook, readNotebook } from '../../../web/src/notebook/model/notebook.js';

const cell = (id: string, source = id, more: Partial<Cell> = {}): Cell => ({
  ...{ id, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
  ...more,
});
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
const ids = ({ cells }: Notebook) => cells.map(({ id }) => id);
const sources = ({ cells }: Notebook) => cells.map(({ source }) => source);
const base = notebook(cell('a'), cell('b'), cell('c'));
const output = { output_type: 'stream', name: 'stdout', text: '1\n' };

describe('without a question', () => {
  it('changes of different cells are merged', () => {
    const ours = notebook(cell('a', 'mine'), cell('b'), cell('c'));
    const theirs = notebook(cell('a'), cell('b'), cell('c', 'yours'));
    const merged = mergeNotebooks(base, ours, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(sources(merged.notebook)).toEqual(['mine', 'b', 'yours']);
  });

  it('our source and their outputs of one cell are merged', () => {
    const ours = notebook(cell('a', 'mine'), cell('b'), cell('c'));
    const theirs = notebook(cell('a', 'a', { outputs: [output], execution_count: 3 }), cell('b'), cell('c'));
    const merged = mergeNotebooks(base, ours, theirs);
    expect(merged.conflicts).toEqual([]);
    expect(merged.notebook.cells[0]).toEqual(cell('a', 'mine', { outputs: [output], execution_count: 3 }));
  });

  it('the same change on both sides is no conflict', () => {
    const changed = notebook(cell('a', 'new'), cell('b'), cell('c'));
    expect(mergeNotebooks(base, changed, structuredClone(changed))).toEqual({
      notebook: changed,
      conflicts: [],
    });
  });

  it('new cells of both sides are kept, each after the cell that it followed', () => {
    const ours = notebook(cell('a'), cell('mine'), cell('b'), cell('c'));
    const theirs = notebook(cell('yours'), cell('a'), cell('b'), cell('c'), cell('last'));
    expect(ids(mergeNotebooks(base, ours, theirs).notebook)).toEqual([
      'yours',
      'a',
      'mine',
      'b',
      'c',
      'last',
    ]);
  });

  it('a move on one side and a change on the other are both kept', () => {
    const ours = notebook(cell('c'), cell('a'), cell('b'));
    const theirs = notebook(cell('a'), cell('new'), cell('b', 'yours'), cell('c'));
    const merged = mergeNotebooks(base, ours, theirs).notebook;
    expect(ids(merged)).toEqual(['c', 'a', 'new', 'b']);
    expect(merged.cells[3]!.source).toBe('yours');
    expect(ids(mergeNotebooks(base, theirs, ours).notebook)).toEqual(['c', 'a', 'new', 'b']);
  });

  it('a cell that one side deleted is gone, and one that the other side changed stays', () => {
    const ours = notebook(cell('b'), cell('c'));
    expect(ids(mergeNotebooks(base, ours, base).notebook)).toEqual(['b', 'c']);
    expect(ids(mergeNotebooks(base, base, ours).notebook)).toEqual(['b', 'c']);
    const changed = notebook(cell('a', 'changed'), cell('b'), cell('c'));
    for (const merged of [mergeNotebooks(base, ours, changed), mergeNotebooks(base, changed, ours)]) {
      expect(sources(merged.notebook)).toEqual(['changed', 'b', 'c']);
      expect(merged.conflicts).toEqual([]);
    }
  });

  it('the metadata of the notebook is merged by its members', () => {
    const ours = { ...base, metadata: { mine: 1 } };
    const theirs = { ...base, metadata: { yours: 2 } };
    expect(mergeNotebooks(base, ours, theirs).notebook.metadata).toEqual({ mine: 1, yours: 2 });
  });

  it('a cell that became Markdown here and was run there has no outputs', () => {
    const { outputs: _outputs, execution_count: _count, ...text } = cell('a', 'a', { cell_type: 'markdown' });
    const theirs = notebook(cell('a', 'a', { outputs: [output], execution_count: 1 }), cell('b'), cell('c'));
    const merged = mergeNotebooks(
      base,
      notebook(text, cell('b'), cell('c')),
      theirs,
      new Map([['a', 'ours']]),
    );
    expect(merged.notebook.cells[0]).toEqual(text);
  });
});

it.each([
  [cell('a', 'a', { outputs: [output], execution_count: 1 }), 'as it was'],
  [cell('a', 'a', { outputs: [output, output], execution_count: 2 }), 'of their new run'],
])('a cell that became Markdown here has the outputs %#, where their code is chosen', (before, _name) => {
  const theirs = notebook(cell('a', 'yours', { outputs: [output], execution_count: 1 }));
  const {
    outputs: _outputs,
    execution_count: _count,
    ...text
  } = cell('a', 'mine', { cell_type: 'markdown' });
  const from = notebook(before);
  expect(mergeNotebooks(from, notebook(text), theirs).conflicts.map(({ parts }) => parts)).toEqual([
    ['source'],
  ]);
  const chosen = (choice: 'ours' | 'theirs') =>
    mergeNotebooks(from, notebook(text), theirs, new Map([['a', choice]])).notebook.cells;
  expect(chosen('theirs')).toEqual(theirs.cells);
  expect(chosen('ours')).toEqual([text]);
});

describe('a cell that both sides changed', () => {
  const ours = notebook(cell('a', 'mine'), cell('b'), cell('c'));
  const theirs = notebook(cell('a', 'yours'), cell('b', 'also yours'), cell('c'));
  const choose = (choice: 'ours' | 'theirs' | 'both') =>
    mergeNotebooks(base, ours, theirs, new Map([['a', choice]]));

  it('is a conflict, which names the part that differs, and nothing else is', () => {
    const { conflicts, notebook: merged } = mergeNotebooks(base, ours, theirs);
    expect(conflicts).toEqual([
      { id: 'a', parts: ['source'], base: base.cells[0], ours: ours.cells[0], theirs: theirs.cells[0] },
    ]);
    expect(sources(merged)).toEqual(['mine', 'also yours', 'c']);
  });

  it('becomes what is chosen', () => {
    expect(sources(choose('ours').notebook)).toEqual(['mine', 'also yours', 'c']);
    expect(sources(choose('theirs').notebook)).toEqual(['yours', 'also yours', 'c']);
    for (const choice of ['ours', 'theirs', 'both'] as const) expect(choose(choice).conflicts).toEqual([]);
  });

  it('is there twice, with ids of their own, where both are chosen', () => {
    const { cells } = choose('both').notebook;
    expect(cells.map(({ source }) => source)).toEqual(['yours', 'mine', 'also yours', 'c']);
    expect(cells[0]!.id).toBe('a');
    expect(new Set(cells.map(({ id }) => id)).size).toBe(4);
  });
});

it('cells of an older format get the same ids from every reader, also when a cell was added before them', () => {
  const old = { nbformat: 4, nbformat_minor: 2, metadata: {}, cells: [] as Partial<Cell>[] };
  const text = (source: string): Partial<Cell> => ({ cell_type: 'markdown', source, metadata: {} });
  const one = readNotebook({ ...old, cells: [text('x'), text('x'), text('y')] });
  const other = readNotebook({ ...old, cells: [text('new'), text('x'), text('x'), text('y')] });
  expect(new Set(ids(one)).size).toBe(3);
  expect(ids(other).slice(1)).toEqual(ids(one));
  expect(one.nbformat_minor).toBe(5);
});
