import { describe, expect, it } from 'vitest';
import { diffNotebooks, diffText } from '../../../web/src/notebook/model/diff-notebooks.js';
import type { Cell, Notebook } from '../../../web/src/notebook/model/notebook.js';

const cell = (id: string, source = id, more: Partial<Cell> = {}): Cell => ({
  ...{ id, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
  ...more,
});
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });
const kinds = (before: Notebook, after: Notebook) =>
  diffNotebooks(before, after).map(({ id, kind }) => [id, kind]);

describe('the difference of two notebooks', () => {
  it('names what was added, removed, changed and kept, in the order of the newer one', () => {
    const before = notebook(cell('a'), cell('b'), cell('c'));
    const after = notebook(cell('c'), cell('new'), cell('a', 'changed'));
    expect(kinds(before, after)).toEqual([
      ['c', 'same'],
      ['new', 'added'],
      ['a', 'changed'],
      ['b', 'removed'],
    ]);
  });

  it('says apart whether source, outputs or metadata changed; the counter of a run does not count', () => {
    const result = (text: string, count: number) => ({
      outputs: [
        { output_type: 'execute_result', data: { 'text/plain': text }, metadata: {}, execution_count: count },
      ],
      execution_count: count,
    });
    const before = notebook(cell('a', 'a', result('1', 1)), cell('b', 'b', result('1', 2)), cell('c'));
    const after = notebook(
      cell('a', 'a', result('1', 7)),
      cell('b', 'b', result('2', 8)),
      cell('c', 'c', { metadata: { tags: ['x'] } }),
    );
    const found = diffNotebooks(before, after);
    expect(found.map(({ kind }) => kind)).toEqual(['same', 'changed', 'changed']);
    expect(found[1]).toMatchObject({ outputsChanged: true, metadataChanged: false });
    expect(found[2]).toMatchObject({ outputsChanged: false, metadataChanged: true });
  });

  it('matches a cell whose id changed by its source', () => {
    expect(kinds(notebook(cell('a'), cell('old', 'x')), notebook(cell('a'), cell('new', 'x')))).toEqual([
      ['a', 'same'],
      ['new', 'same'],
    ]);
  });
});

describe('the difference of two texts', () => {
  it('has the lines that were added and removed', () => {
    expect(diffText('1\n2\n3\n', '1\n3\n4\n')).toEqual([
      { kind: 'same', text: '1\n' },
      { kind: 'removed', text: '2\n' },
      { kind: 'same', text: '3\n' },
      { kind: 'added', text: '4\n' },
    ]);
    expect(diffText('', '')).toEqual([]);
  });

  it('has a last line without a line feed as the same line, wherever it is', () => {
    expect(diffText('a\nb', 'a\nb\nc')).toEqual([
      { kind: 'same', text: 'a\nb\n' },
      { kind: 'added', text: 'c' },
    ]);
    expect(diffText('a\nb', 'b').map(({ kind, text }) => [kind, text])).toEqual([
      ['removed', 'a\n'],
      ['same', 'b'],
    ]);
    expect(diffText('b\na', 'b').map(({ kind }) => kind)).toEqual(['same', 'removed']);
    expect(diffText('a', 'a\n').map(({ kind }) => kind)).toEqual(['same']);
  });

  it('of very different long texts is found soon', () => {
    const lines = (prefix: string) =>
      Array.from({ length: 50_000 }, (_, index) => `${prefix}${index}\n`).join('');
    const start = performance.now();
    expect(diffText(lines('a'), lines('b')).map(({ kind }) => kind)).toEqual(['removed', 'added']);
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
