import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mergeFiles } from '../../../../src/engines/nbformat/merge/merge-files.js';
import { mergeNotebooks } from '../../../../src/engines/nbformat/merge/merge-notebooks.js';
import { normalizeNotebook } from '../../../../src/engines/nbformat/normalize-notebook.js';
import type { Cell, Notebook } from '../../../../src/engines/nbformat/notebook.js';
import { readNotebook } from '../../../../src/engines/nbformat/read-notebook.js';
import { codeCell, codeNotebook } from '../../../support/factories/code-notebook.js';
import { nbdimeNotebook, nbdimeTriple, nbdimeTriples } from '../../../support/nbdime-notebooks.js';
import { seededRandom } from '../../git/seeded-random.js';
import { changed, randomNotebook } from './random-notebooks.js';

const notebook = (cells: object[], metadata: object = {}) =>
  codeNotebook(cells, metadata) as unknown as Notebook;
const output = (text: string) => ({ outputs: [{ output_type: 'stream', name: 'stdout', text }] });
const merge = (base: Notebook, ours: Notebook, theirs: Notebook) => mergeNotebooks({ base, ours, theirs });
const merged = (base: Notebook, ours: Notebook, theirs: Notebook) => {
  const { notebook: result, conflicts } = merge(base, ours, theirs);
  expect(conflicts).toBeUndefined();
  return result!;
};
const idsOf = ({ cells }: Notebook) => cells.map(({ id }) => id);
const cells = ['a', 'b', 'c'].map((id) => codeCell(id, `x = '${id}'\ny = 1\nz = 2\n`));
const [a, b, c] = cells as [object, object, object];
const base = notebook(cells);

describe('what is merged', () => {
  it('different cells that both sides edited', () => {
    const result = merged(
      base,
      notebook([codeCell('a', 'ours'), b, c]),
      notebook([a, b, codeCell('c', 'theirs')]),
    );
    expect(result.cells.map(({ source }) => source)).toEqual(['ours', base.cells[1]!.source, 'theirs']);
  });

  it('tags that one side removed, also where it removed the whole list', () => {
    const tagged = (tags?: string[]) => notebook([codeCell('a', '', { metadata: tags ? { tags } : {} })]);
    const tagsOf = (one: Notebook) => one.cells[0]!.metadata.tags;
    expect(tagsOf(merged(tagged(['x', 'y']), tagged(), tagged(['x', 'y', 'z'])))).toEqual(['z']);
    expect(tagsOf(merged(tagged(['x', 'y']), tagged(['x', 'y', 'z']), tagged()))).toEqual(['z']);
    expect(tagsOf(merged(tagged(['x']), tagged(), tagged(['x'])))).toBeUndefined();
  });

  it('different lines of one cell', () => {
    const ours = notebook([codeCell('a', "x = 'ours'\ny = 1\nz = 2\n"), b, c]);
    const theirs = notebook([codeCell('a', "x = 'a'\ny = 1\nz = 'theirs'\n"), b, c]);
    expect(merged(base, ours, theirs).cells[0]!.source).toBe("x = 'ours'\ny = 1\nz = 'theirs'\n");
  });

  it('cells that both added at the same point: ours come first', () => {
    const ours = notebook([a, codeCell('ours', '1'), b, c]);
    const theirs = notebook([a, codeCell('theirs-1', '1'), codeCell('theirs-2', '2'), b, c]);
    expect(idsOf(merged(base, ours, theirs))).toEqual(['a', 'ours', 'theirs-1', 'theirs-2', 'b', 'c']);
  });

  it('the same cell that both have, once', () => {
    const added = codeCell('new', '1');
    expect(idsOf(merged(base, notebook([a, added, b, c]), notebook([a, b, c, added])))).toEqual([
      'a',
      'new',
      'b',
      'c',
    ]);
  });

  it('a move on one side with edits on the other', () => {
    const ours = notebook([a, codeCell('b', 'edited'), c]);
    expect(idsOf(merged(base, ours, notebook([c, a, b])))).toEqual(['c', 'a', 'b']);
    expect(idsOf(merged(base, notebook([b, a, c]), notebook([c, a, b])))).toEqual(['b', 'a', 'c']);
  });

  it('a removed cell goes where the other side left it alone, and stays where that changed anything of it', () => {
    expect(idsOf(merged(base, notebook([a, c]), base))).toEqual(['a', 'c']);
    for (const kept of [
      codeCell('b', 'edited'),
      { ...b, ...output('ran') },
      { ...b, metadata: { tags: ['x'] } },
    ]) {
      expect(idsOf(merged(base, notebook([a, c]), notebook([a, kept, c])))).toEqual(['a', 'b', 'c']);
      expect(idsOf(merged(base, notebook([a, kept, c]), notebook([a, c])))).toEqual(['a', 'b', 'c']);
    }
  });

  it('metadata by key, and tags as a set', () => {
    const was = notebook([codeCell('a', '', { metadata: { tags: ['one', 'two'] } })], { title: 'T' });
    const ours = notebook([codeCell('a', '', { metadata: { tags: ['two', 'ours'], x: 1 } })], {
      title: 'T',
      o: 1,
    });
    const theirs = notebook([codeCell('a', '', { metadata: { tags: ['one', 'two', 'theirs'] } })], { t: 2 });
    const result = merged(was, ours, theirs);
    expect(result.cells[0]!.metadata).toEqual({ tags: ['two', 'ours', 'theirs'], x: 1 });
    expect(result.metadata).toEqual({ o: 1, t: 2 });
  });

  it.each([
    ['ours', 'both ran it', output('ours'), output('theirs')],
    ['theirs', 'theirs alone ran it', {}, output('theirs')],
    [
      'theirs',
      'both ran it, and theirs alone changed the source',
      output('ours'),
      { ...output('theirs'), source: '2' },
    ],
  ])('outputs are those of %s where %s', (side, _when, ours, theirs) => {
    const was = notebook([codeCell('a', '1')]);
    const result = merged(was, notebook([codeCell('a', '1', ours)]), notebook([codeCell('a', '1', theirs)]));
    expect(result.cells[0]).toMatchObject(output(side));
  });

  it('another id for a cell whose id the other side gave to another new cell', () => {
    const result = merged(
      base,
      notebook([...cells, codeCell('d', '1')]),
      notebook([...cells, codeCell('d', '2')]),
    );
    expect(result.cells.map(({ source }) => source).slice(3)).toEqual(['1', '2']);
    expect(new Set(idsOf(result)).size).toBe(5);
  });
});

describe('what is a conflict', () => {
  const [one] = [codeCell('a', '1')];
  it.each([
    ['source', [], codeCell('a', '2'), codeCell('a', '3')],
    [
      'cell_type',
      [],
      { ...one, cell_type: 'raw' },
      { cell_type: 'markdown', id: 'a', source: '1', metadata: {} },
    ],
    ['metadata', ['k', 'l'], { ...one, metadata: { k: { l: 1 } } }, { ...one, metadata: { k: { l: 2 } } }],
  ])('%s %j that both changed differently', (part, path, ours, theirs) => {
    const { conflicts } = merge(notebook([one]), notebook([b, ours]), notebook([theirs, c]));
    expect(conflicts).toEqual([{ cellId: 'a', baseIndex: 0, oursIndex: 1, theirsIndex: 0, part, path }]);
  });

  it('metadata of the notebook, but not what kernels write', () => {
    const { conflicts } = merge(base, notebook(cells, { title: 1 }), notebook(cells, { title: 2 }));
    expect(conflicts).toMatchObject([{ cellId: null, part: 'notebook_metadata', path: ['title'] }]);
    const [ours, theirs] = ['3.11', '3.12'].map((version) => notebook(cells, { language_info: { version } }));
    expect(merged(base, ours!, theirs!).metadata).toEqual(ours!.metadata);
  });
});

describe('random notebooks', () => {
  const cases = Array.from({ length: 400 }, (_, seed) => {
    const random = seededRandom(seed);
    const was = randomNotebook(random);
    return { seed, base: was, ours: changed(random, was, 'ours'), theirs: changed(random, was, 'theirs') };
  });
  const sorted = (one: Notebook) => idsOf(one).toSorted();
  /** Where a side has none of the ids of the base, they say nothing. */
  const keepsIds = (was: Notebook, side: Notebook) => idsOf(side).some((id) => idsOf(was).includes(id));
  const byId = (one: Notebook) => new Map(one.cells.map((cell) => [cell.id, cell] as const));

  it('give the side that changed where the other one did not', () => {
    for (const { base: was, ours, theirs } of cases) {
      expect(merged(was, ours, was)).toEqual(ours);
      expect(merged(was, was, theirs)).toEqual(theirs);
      expect(merged(was, ours, ours)).toEqual(ours);
    }
  });

  it('lose no cell that a side added or changed, and have valid cells with unique ids', () => {
    let count = 0;
    for (const { seed, base: was, ours, theirs } of cases) {
      const { notebook: result } = merge(was, ours, theirs);
      if (!result || !keepsIds(was, ours) || !keepsIds(was, theirs)) continue;
      count += 1;
      expect(normalizeNotebook(structuredClone(result)), `seed ${seed}`).toEqual(result);
      const before = byId(was);
      const found = new Set(idsOf(result));
      for (const side of [ours, theirs])
        for (const cell of side.cells)
          if (!isDeepStrictEqual(before.get(cell.id), cell)) expect(found, `seed ${seed}`).toContain(cell.id);
      const [inOurs, inTheirs] = [byId(ours), byId(theirs)];
      for (const { id } of was.cells)
        if (inOurs.has(id) && inTheirs.has(id)) expect(found, `seed ${seed}`).toContain(id);
    }
    expect(count).toBeGreaterThan(200);
  });

  it('have the same cells and conflicts whichever side is ours', () => {
    for (const { seed, base: was, ours, theirs } of cases) {
      const [one, two] = [merge(was, ours, theirs), merge(was, theirs, ours)];
      expect(one.conflicts?.length, `seed ${seed}`).toBe(two.conflicts?.length);
      if (one.notebook) expect(sorted(one.notebook), `seed ${seed}`).toEqual(sorted(two.notebook!));
    }
  });
});

describe("nbdime's own notebooks", { timeout: 120_000 }, () => {
  it.each(nbdimeTriples)('%s are merged without losing a cell, or have conflicts', async (name) => {
    const three = await nbdimeTriple(name);
    const { bytes } = mergeFiles(three, true);
    if (!bytes) return;
    const result = readNotebook(bytes);
    const contents = new Set(readNotebook(three.base).cells.map(contentOf));
    const lines = new Set(result.cells.flatMap(({ source }) => source.split('\n')));
    for (const side of [three.ours, three.theirs])
      for (const cell of readNotebook(side).cells)
        if (!contents.has(contentOf(cell)))
          for (const line of cell.source.split('\n')) expect(lines).toContain(line);
  });

  it.each([
    ['source-conflict', 1],
    ['inline-conflict', 1],
    ['mixed-conflicts', 3],
  ])('%s have %i conflicts of sources', async (name, count) => {
    const { conflicts = [] } = mergeFiles(await nbdimeTriple(name), true);
    expect(conflicts.map(({ part }) => part)).toEqual(Array(count).fill('source'));
  });

  it('multilevel notebooks are merged as nbdime merges their sources', async () => {
    const result = readNotebook(mergeFiles(await nbdimeTriple('multilevel'), true).bytes!);
    const expected = readNotebook(await nbdimeNotebook('multilevel-test-merged'));
    expect(result.cells.map(({ source }) => source)).toEqual(expected.cells.map(({ source }) => source));
  });

  it('cells of nbformat 4.5 keep their ids', async () => {
    const three = await nbdimeTriple('cellids');
    const result = idsOf(readNotebook(mergeFiles(three, true).bytes!));
    expect(result).toEqual(expect.arrayContaining(idsOf(readNotebook(three.ours))));
    expect(new Set(result).size).toBe(result.length);
  });
});

function contentOf({ cell_type, source }: Cell): string {
  return `${cell_type}\n${source}`;
}

it('an attachment that one side added is a conflict where the other side made the cell one of code', () => {
  const text = { cell_type: 'markdown', id: 'a', metadata: {}, source: 'text' };
  const before = notebook([{ ...text, attachments: { old: { 'text/plain': 'x' } } }]);
  const code = notebook([codeCell('a', 'text')]);
  const attached = (...names: string[]) =>
    notebook([
      { ...text, attachments: Object.fromEntries(names.map((name) => [name, { 'text/plain': 'x' }])) },
    ]);
  for (const result of [
    merge(before, code, attached('old', 'new')),
    merge(before, attached('old', 'new'), code),
  ])
    expect(result.conflicts).toMatchObject([{ part: 'attachments', path: ['new'] }]);
  expect(merged(before, code, attached('old')).cells[0]!.cell_type).toBe('code');
});
