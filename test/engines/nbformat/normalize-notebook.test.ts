import { describe, expect, it } from 'vitest';
import { normalizeNotebook } from '../../../src/engines/nbformat/normalize-notebook.js';
import { FieldError } from '../../../src/errors.js';
import { codeCell, makeNotebook } from './corpus.js';

function refusal(value: unknown): FieldError {
  try {
    normalizeNotebook(value);
  } catch (error) {
    if (error instanceof FieldError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const withoutIds = (count: number, source = '') => ({
  ...makeNotebook(5, []),
  cells: Array.from({ length: count }, () => codeCell({ source })),
});

function nest(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level++) value = level % 2 ? [value] : { a: value };
  return value;
}

describe('normalizeNotebook', () => {
  it('returns the same for lists of lines and joined texts', () => {
    const text = { output_type: 'stream', name: 'stdout', text: ['a\n', 'b'] };
    const lists = makeNotebook(5, [codeCell({ source: ['a\n', 'b'], outputs: [text] })]);
    const joined = makeNotebook(5, [codeCell({ source: 'a\nb', outputs: [{ ...text, text: 'a\nb' }] })]);
    expect(normalizeNotebook(lists)).toEqual(joined);
    expect(normalizeNotebook(joined)).toEqual(joined);
  });

  it('leaves the value as it was', () => {
    const value = { ...withoutIds(2), metadata: { signature: 's' } };
    const before = structuredClone(value);
    normalizeNotebook(value);
    expect(value).toEqual(before);
  });

  it('adds unique ids to 4.5 notebooks, the same for the same cells', () => {
    const ids = normalizeNotebook(withoutIds(500)).cells.map((cell) => cell.id);
    expect(new Set(ids).size).toBe(500);
    expect(normalizeNotebook(withoutIds(500)).cells.map((cell) => cell.id)).toEqual(ids);
    expect(normalizeNotebook(withoutIds(1, 'other')).cells[0]!.id).not.toBe(ids[0]);
  });

  it('adds no id that a later cell has', () => {
    const [taken] = normalizeNotebook(withoutIds(1)).cells;
    const value = { ...makeNotebook(5, []), cells: [codeCell(), codeCell({ id: taken!.id })] };
    expect(new Set(normalizeNotebook(value).cells.map((cell) => cell.id)).size).toBe(2);
  });

  it('refuses each repeated id', () => {
    const ids = ['a', 'b', 'a', 'b', 'c', 'a'];
    const error = refusal(
      makeNotebook(
        5,
        ids.map((id) => codeCell({ id })),
      ),
    );
    expect(error.code).toBe('invalid_notebook');
    expect(error.faults.map(({ path }) => path)).toEqual(
      [2, 3, 5].map((index) => ['notebook', 'cells', index, 'id']),
    );
    expect(error.message).toBe('notebook.cells.2.id: must differ from the ids of earlier cells');
    expect(
      refusal(
        makeNotebook(
          5,
          Array.from({ length: 30 }, () => codeCell({ id: 'x' })),
        ),
      ).faults,
    ).toHaveLength(20);
  });

  it('refuses ids before 4.5', () => {
    const [fault] = refusal(makeNotebook(4, [codeCell({ id: 'a' })])).faults;
    expect(fault).toEqual({
      path: ['notebook', 'cells', 0, 'id'],
      message: 'is not known here',
      type: 'unknown_field',
    });
  });

  it('refuses lone surrogates in texts and names', () => {
    const notebook = makeNotebook(5, [codeCell({ source: ['a', '\udc00'] })], { 'b\ud800': { c: '\ud800' } });
    expect(refusal(notebook).faults).toEqual([
      {
        path: ['notebook', 'cells', 0, 'source', 1],
        message: expect.any(String),
        type: 'invalid_unicode',
      },
      { path: ['notebook', 'metadata'], message: expect.any(String), type: 'invalid_unicode' },
      {
        path: ['notebook', 'metadata', 'b\ufffd', 'c'],
        message: expect.any(String),
        type: 'invalid_unicode',
      },
    ]);
  });

  it('refuses nesting deeper than it reads', () => {
    expect(normalizeNotebook(makeNotebook(5, [], { x: nest(498) })).metadata.x).toBeDefined();
    expect(refusal(makeNotebook(5, [], { x: nest(499) })).faults[0].type).toBe('too_deep');
    expect(refusal(makeNotebook(5, [], { x: nest(200_000) })).faults).toHaveLength(1);
  });

  it('shortens names in faults', () => {
    const [fault] = refusal({ ...makeNotebook(5, []), ['x'.repeat(100_000)]: 1 }).faults;
    expect(fault.path[1]).toHaveLength(100);
  });

  it.each([[null], [undefined], [[]], ['{}'], [{}], [{ nbformat: 3 }]])('refuses %j', (value) => {
    expect(refusal(value)).toMatchObject({
      code: 'invalid_notebook',
      faults: [{ type: expect.any(String) }],
    });
  });
});
