import { describe, expect, it } from 'vitest';
import { encodeNotebook } from '../../../src/engines/nbformat/encode-notebook.js';
import { readNotebook } from '../../../src/engines/nbformat/read-notebook.js';
import { DomainError } from '../../../src/errors.js';
import { codeCell, makeNotebook } from './corpus.js';

const read = (value: unknown) => readNotebook(Buffer.from(JSON.stringify(value)));

function refusal(bytes: Uint8Array): DomainError {
  try {
    readNotebook(bytes);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('readNotebook', () => {
  it('joins sources, streams and data, and leaves JSON and tracebacks as they are', () => {
    const data = { 'text/plain': ['a\n', 'b'], 'image/png': ['x', 'y'], 'application/x+json': ['a', 'b'] };
    const outputs = [
      { output_type: 'stream', name: 'stdout', text: ['a\n', 'b\n'] },
      { output_type: 'display_data', data, metadata: {} },
      { output_type: 'error', ename: '', evalue: '', traceback: ['a', 'b'] },
    ];
    const markdown = {
      cell_type: 'markdown',
      metadata: {},
      source: [],
      attachments: { f: { 'text/x': ['a', 'b'] } },
    };
    const notebook = read(makeNotebook(4, [codeCell({ source: ['a\n', 'b'], outputs }), markdown]));
    expect(notebook.cells).toEqual([
      codeCell({
        source: 'a\nb',
        outputs: [
          { ...outputs[0], text: 'a\nb\n' },
          {
            ...outputs[1],
            data: { 'text/plain': 'a\nb', 'image/png': 'xy', 'application/x+json': ['a', 'b'] },
          },
          outputs[2],
        ],
      }),
      { ...markdown, source: '', attachments: { f: { 'text/x': 'ab' } } },
    ]);
  });

  it('leaves out transient fields, even if they are invalid', () => {
    const metadata = { orig_nbformat: 'x', orig_nbformat_minor: 1, signature: 's', kept: { signature: 1 } };
    const notebook = read(makeNotebook(4, [codeCell({ metadata: { trusted: 1, kept: 1 } })], metadata));
    expect(notebook.metadata).toEqual({ kept: { signature: 1 } });
    expect(notebook.cells[0]!.metadata).toEqual({ kept: 1 });
  });

  it('gives missing and repeated ids of 4.5 the same unique values each time', () => {
    const cells = [codeCell({ id: 'a' }), codeCell({ id: 'a' }), codeCell({ id: 'b', source: 'x' })];
    const stored = makeNotebook(5, [...cells, codeCell(), codeCell()]);
    stored.cells = (stored.cells as object[]).map((cell, index) => (index > 2 ? codeCell() : cell));
    const ids = read(stored).cells.map((cell) => cell.id);
    expect([ids[0], ids[2]]).toEqual(['a', 'b']);
    expect(new Set(ids).size).toBe(5);
    expect([ids[1], ids[3], ids[4]]).toEqual(Array(3).fill(expect.stringMatching(/^[0-9a-f]{8}$/)));
    expect(read(stored).cells.map((cell) => cell.id)).toEqual(ids);
  });

  it('adds no ids before 4.5', () => {
    expect(read(makeNotebook(4, [codeCell()])).cells[0]).not.toHaveProperty('id');
  });

  it('reads a lone surrogate that Python stored as an escape', () => {
    const bytes = Buffer.from('{"cells":[],"metadata":{"a":"\\ud800"},"nbformat":4,"nbformat_minor":4}');
    const notebook = readNotebook(bytes);
    expect(notebook.metadata).toEqual({ a: '\ud800' });
    expect(() => encodeNotebook(notebook).bytes).toThrow(
      expect.objectContaining({ code: 'invalid_notebook' }),
    );
  });

  it.each([
    ['no UTF-8', Buffer.from([0x7b, 0xff, 0x7d])],
    ['UTF-16', Buffer.from('{}', 'utf16le')],
    ['a byte order mark', Buffer.from('\ufeff{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":4}')],
    ['nothing', Buffer.alloc(0)],
    ['no JSON', Buffer.from('{"secret"')],
    ['a list', Buffer.from('[]')],
    ['a number', Buffer.from('1.0')],
    ['null', Buffer.from('null')],
    ['nbformat 3', Buffer.from('{"worksheets":[],"metadata":{},"nbformat":3,"nbformat_minor":0}')],
    ['nbformat 4.6', Buffer.from('{"cells":[],"metadata":{},"nbformat":4,"nbformat_minor":6}')],
    ['nbformat 4.0 as a float', Buffer.from('{"cells":[],"metadata":{},"nbformat":4.0,"nbformat_minor":5}')],
    ['cells that are none', Buffer.from('{"cells":[1],"metadata":{},"nbformat":4,"nbformat_minor":5}')],
    ['no metadata', Buffer.from('{"cells":[],"nbformat":4,"nbformat_minor":5}')],
    ['deep nesting', Buffer.from('['.repeat(1_000_000))],
  ])('refuses %s', (_, bytes) => {
    const error = refusal(bytes);
    expect(error.code).toBe('unreadable_file');
    expect(error.message).not.toContain('secret');
  });

  const around = (cell: string) =>
    Buffer.from(`{"cells":[${cell}],"metadata":{},"nbformat":4,"nbformat_minor":4}`);
  it.each<[string, Buffer, string]>([
    ['no UTF-8', Buffer.from('{"ü":"\xff"}', 'latin1'), 'is not UTF-8 at byte 2.'],
    ['an empty file', Buffer.alloc(0), 'is an empty file.'],
    ['an empty file of white space', Buffer.from(' \n'), 'is an empty file.'],
    [
      'conflict markers',
      Buffer.from('{"ü":1,\n<<<<<<< HEAD\n"b":2'),
      'has conflict markers of a merge at byte 9.',
    ],
    ['a byte order mark', Buffer.from('\ufeff{}'), 'begins with a byte order mark'],
    ['an unexpected character', Buffer.from('{"ü":x}'), 'it has an unexpected character at byte 6.'],
    ['an unexpected end', Buffer.from('{"a":'), 'it has an unexpected end at byte 5.'],
    [
      'nbformat 3',
      Buffer.from('{"nbformat":3,"nbformat_minor":0}'),
      'is nbformat 3; only nbformat 4.0 to 4.5 is read',
    ],
    ['nbformat 4.6', Buffer.from('{"nbformat":4,"nbformat_minor":6}'), 'is nbformat 4.6;'],
    ['no version', Buffer.from('{}'), 'nbformat must be 4.'],
    ...['[]', '1', 'null', '"nbformat"', 'true'].map((text): [string, Buffer, string] => [
      text,
      Buffer.from(text),
      'its root must be a JSON object.',
    ]),
    [
      'a bad cell',
      around('{"cell_type":"code","metadata":{},"source":1,"outputs":[],"execution_count":null}'),
      'cells.0.source ',
    ],
    ['too many levels', around('['.repeat(600)), 'it nests deeper than 500 levels at byte'],
  ])('names the fault: %s', (_, bytes, fault) => {
    expect(refusal(bytes).message).toContain(fault);
  });

  it('reads JSON that is nested 500 deep', () => {
    const depth = 500 - 2;
    const bytes = Buffer.from(
      `{"cells":[],"metadata":{"a":${'['.repeat(depth)}${']'.repeat(depth)}},"nbformat":4,"nbformat_minor":4}`,
    );
    const notebook = readNotebook(bytes);
    expect(encodeNotebook(notebook).notebook).toEqual(notebook);
  });
});
