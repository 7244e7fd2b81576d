import { describe, expect, it } from 'vitest';
import { compareNotebooks } from '../../../../src/engines/nbformat/compare/compare-notebooks.js';
import { lineHunks } from '../../../../src/engines/nbformat/compare/line-hunks.js';
import type { Notebook } from '../../../../src/engines/nbformat/notebook.js';
import { readNotebook } from '../../../../src/engines/nbformat/read-notebook.js';
import { codeCell, codeNotebook } from '../../../support/factories/code-notebook.js';
import { nbdimeNotebook } from '../../../support/nbdime-notebooks.js';
import { nativeGit } from '../../git/git-fixture.js';
import { seededRandom } from '../../git/seeded-random.js';

const all = { take: 1000, skip: 0, isChangedOnly: false };
const notebook = (cells: object[], metadata: object = {}) =>
  ({ ...codeNotebook(cells, metadata), nbformat: 4 }) as unknown as Notebook;
const old = (cells: object[]) => ({ ...notebook(cells), nbformat_minor: 4 }) as Notebook;
const compare = (base: Notebook, head: Notebook, query = all) => compareNotebooks(base, head, query);
const statuses = (base: Notebook, head: Notebook) =>
  compare(base, head).cells.map(({ status, baseIndex, headIndex }) => [status, baseIndex, headIndex]);
const [a, b, c] = ['a', 'b', 'c'].map((id) => codeCell(id, `${id} = 1`)) as [object, object, object];
const stream = (text: string) => ({ output_type: 'stream', name: 'stdout', text });

describe('cells', () => {
  it('are in the order of the head, and a removed one follows the one that it followed', () => {
    expect(statuses(notebook([a, b, c]), notebook([a, codeCell('new', '2'), c]))).toEqual([
      ['unchanged', 0, 0],
      ['removed', 1, null],
      ['added', null, 1],
      ['unchanged', 2, 2],
    ]);
  });

  it('that moved are as few as possible', () => {
    const changed = { ...a, source: 'a = 2' };
    const { cells } = compare(notebook([a, b, c]), notebook([b, c, changed]));
    expect(cells.map(({ status, isMoved }) => [status, isMoved])).toEqual([
      ['unchanged', false],
      ['unchanged', false],
      ['modified', true],
    ]);
    expect(statuses(notebook([a, b, c]), notebook([c, a, b]))[0]).toEqual(['moved', 2, 0]);
  });

  it.each([
    ['source', { source: 'x' }],
    ['metadata', { metadata: { tags: ['x'] } }],
    ['outputs', { outputs: [stream('x')] }],
    ['execution_count', { execution_count: 7 }],
    ['cell_type', { cell_type: 'raw', outputs: undefined, execution_count: undefined }],
  ])('differ in their %s by itself', (part, more) => {
    const [cell] = compare(notebook([a]), notebook([{ ...a, ...more }])).cells;
    expect(cell).toMatchObject({ status: 'modified', changes: [part] });
    expect(cell!.hunks.length).toBe(part === 'source' ? 1 : 0);
  });

  it('with another execution count in a result have the same outputs', () => {
    const result = (execution_count: number) => [
      { output_type: 'execute_result', data: { 'text/plain': '1' }, metadata: {}, execution_count },
    ];
    const [base, head] = [1, 2].map((n) => notebook([{ ...a, outputs: result(n), execution_count: n }]));
    expect(compare(base!, head!).cells[0]!.changes).toEqual(['execution_count']);
  });

  it('without ids are the same by content, also where equal ones are beside each other', () => {
    const cell = (source: string) => ({
      cell_type: 'code',
      source,
      metadata: {},
      outputs: [],
      execution_count: null,
    });
    const base = old(['', 'load()', '', 'plot()\nshow()', ''].map(cell));
    const head = old(['', 'load()', '', '', 'plot(2)\nshow()', ''].map(cell));
    expect(compare(base, head).counts).toEqual({ added: 1, removed: 0, modified: 1, moved: 0, unchanged: 4 });
  });

  it('are the same by content where a program has replaced all ids', () => {
    const head = notebook([codeCell('x', 'a = 1'), codeCell('y', 'b = 2')]);
    const { cells } = compare(notebook([a, b]), head);
    expect(cells.map(({ changes }) => changes)).toEqual([['id'], ['id', 'source']]);
  });

  it('come in pages, without the unchanged ones on demand', () => {
    const base = notebook(Array.from({ length: 9 }, (_, n) => codeCell(`c${n}`, '1')));
    const head = notebook(Array.from({ length: 9 }, (_, n) => codeCell(`c${n}`, n % 3 === 0 ? '2' : '1')));
    const page = compare(base, head, { take: 2, skip: 1, isChangedOnly: true });
    expect(page.cells.map(({ headIndex }) => headIndex)).toEqual([3, 6]);
    expect(page).toMatchObject({ total: 3, counts: { modified: 3, unchanged: 6 } });
  });
});

it('metadata differs by its keys', () => {
  const base = notebook([], { kernelspec: { name: 'python3', language: 'python' }, gone: 1 });
  const head = notebook([], { kernelspec: { name: 'ir', language: 'python' }, title: 'T' });
  expect(compare(base, head).metadata).toEqual([
    { path: ['kernelspec', 'name'], base: 'python3', head: 'ir' },
    { path: ['gone'], base: 1, head: undefined },
    { path: ['title'], base: undefined, head: 'T' },
  ]);
});

it.each([
  ['single_cell_nb--changed_source', ['source']],
  ['single_cell_nb--changed_output', ['outputs']],
  ['single_cell_nb--changed_ec', ['execution_count']],
  ['single_cell_nb--changed_metadata', ['metadata']],
  ['single_cell_nb--changed_source_output_ec', ['source', 'outputs', 'execution_count']],
])("nbdime's %s differs in %j", { timeout: 120_000 }, async (name, parts) => {
  const [base, head] = await Promise.all(['single_cell_nb', name].map(nbdimeNotebook));
  const { cells } = compare(readNotebook(base!), readNotebook(head!));
  expect(cells.map(({ changes }) => changes)).toEqual([parts, []]);
});

describe('hunks of lines', () => {
  const texts = (random: (below: number) => number) => {
    const base = Array.from({ length: random(40) }, (_, n) => `line ${n}`);
    const head = [...base];
    for (let step = random(4); step >= 0; step--)
      head.splice(random(head.length + 1), random(3), ...(random(2) ? [`new ${random(9)}`] : []));
    const end = () => (random(2) ? '\n' : '');
    return [base.join('\n') + end(), head.join('\n') + end()] as const;
  };

  it('make the head of the base when git applies them', async () => {
    const { mkdtempSync, readFileSync, rmSync, writeFileSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/line-hunks-');
    try {
      for (let seed = 0; seed < 80; seed++) {
        const [base, head] = texts(seededRandom(seed));
        const { hunks } = lineHunks(base, head);
        if (base === head) {
          expect(hunks).toEqual([]);
          continue;
        }
        if (base === '' || head === '') continue;
        const patch = hunks.map(
          (one) =>
            `@@ -${one.baseStart},${one.baseLines} +${one.headStart},${one.headLines} @@\n${one.lines.join('\n')}\n`,
        );
        writeFileSync(`${folder}/text`, base);
        const input = `--- a/text\n+++ b/text\n${patch.join('')}`;
        nativeGit(['apply', '-'], { cwd: folder, input });
        expect(readFileSync(`${folder}/text`, 'utf8'), `seed ${seed}`).toBe(head);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it('of very different texts are one, and end at 20,000 lines', () => {
    const text = (word: string) => Array.from({ length: 30_000 }, (_, n) => `${word} ${n}\n`).join('');
    const { hunks, isTruncated } = lineHunks(text('old'), text('new'));
    expect(hunks.map(({ lines }) => lines.length)).toEqual([20_000]);
    expect(isTruncated).toBe(true);
  });
});
