import { beforeEach, describe, expect, it } from 'vitest';
import type { Cell, Notebook } from '../../../web/src/notebook/model/notebook.js';
import { NotebookDraft } from '../../../web/src/notebook/model/notebook-draft.js';

/** A file that a draft shares with others. It is what a branch is to the page: one blob at a time, compared before a save. */
class SharedFile {
  sha = 'sha-0';
  notebook: Notebook;
  fault: Error | null = null;
  isGone = false;
  /** Runs once, when a save has arrived and before it is compared. */
  beforeSave: (() => void) | null = null;

  constructor(notebook: Notebook) {
    this.notebook = notebook;
  }

  write(notebook: Notebook): string {
    this.notebook = structuredClone(notebook);
    this.sha = `sha-${Number(this.sha.slice(4)) + 1}`;
    return this.sha;
  }

  async load() {
    if (this.isGone) return null;
    return { sha: this.sha, notebook: structuredClone(this.notebook) };
  }

  async save(notebook: Notebook, baseSha: string): Promise<string | null> {
    this.beforeSave?.();
    this.beforeSave = null;
    if (this.fault) throw this.fault;
    return baseSha === this.sha && !this.isGone ? this.write(notebook) : null;
  }

  async create(notebook: Notebook): Promise<string | null> {
    if (this.fault) throw this.fault;
    if (!this.isGone) return null;
    this.isGone = false;
    return this.write(notebook);
  }
}

const cell = (id: string, source: string): Cell => ({
  ...{ id, cell_type: 'code', source, metadata: {}, outputs: [], execution_count: null },
});
const notebook = (...sources: string[]): Notebook => ({
  ...{ cells: sources.map((source, index) => cell(`c${index}`, source)), metadata: {} },
  ...{ nbformat: 4, nbformat_minor: 5 },
});
const sources = ({ cells }: Notebook) => cells.map(({ source }) => source);
const write = (index: number, source: string) => (from: Notebook) => ({
  ...from,
  cells: from.cells.map((one, at) => (at === index ? { ...one, source } : one)),
});

let file: SharedFile;
let draft: NotebookDraft;
beforeEach(async () => {
  file = new SharedFile(notebook('a', 'b'));
  draft = new NotebookDraft((await file.load())!, file);
});

describe('a save', () => {
  it('writes what was edited, and nothing where nothing was', async () => {
    await draft.save();
    expect(file.sha).toBe('sha-0');
    draft.edit(write(0, 'mine'));
    expect(draft.state.phase).toBe('unsaved');
    await draft.save();
    expect(sources(file.notebook)).toEqual(['mine', 'b']);
    expect(draft.state.phase).toBe('saved');
  });

  it('merges what others saved first in other cells, and saves both', async () => {
    draft.edit(write(0, 'mine'));
    file.beforeSave = () => file.write(notebook('a', 'yours'));
    await draft.save();
    expect(sources(file.notebook)).toEqual(['mine', 'yours']);
    expect(sources(draft.state.notebook)).toEqual(['mine', 'yours']);
    expect(draft.state.phase).toBe('saved');
  });

  it('leaves what is typed meanwhile unsaved', async () => {
    draft.edit(write(0, 'mine'));
    file.beforeSave = () => draft.edit(write(1, 'typed'));
    await draft.save();
    expect(sources(file.notebook)).toEqual(['mine', 'b']);
    expect(draft.state.phase).toBe('unsaved');
    await draft.save();
    expect(sources(file.notebook)).toEqual(['mine', 'typed']);
  });

  it('that fails keeps the changes, and a later one saves them', async () => {
    draft.edit(write(0, 'mine'));
    file.fault = new Error('The branch is protected.');
    await draft.save();
    expect(draft.state).toMatchObject({ phase: 'failed', error: 'The branch is protected.' });
    file.fault = null;
    await draft.save();
    expect(draft.state).toMatchObject({ phase: 'saved', error: null });
    expect(sources(file.notebook)).toEqual(['mine', 'b']);
  });
});

it('a save whose answer is lost is no conflict with oneself', async () => {
  draft.edit(write(0, 'mine'));
  const save = file.save.bind(file);
  file.save = async (...given) => {
    await save(...given);
    file.save = save;
    throw new Error('The gateway does not answer.');
  };
  await draft.save();
  expect(draft.state.phase).toBe('failed');
  draft.edit(write(0, 'mine, and more'));
  await draft.save();
  expect(draft.state).toMatchObject({ phase: 'saved', conflicts: [] });
  expect(sources(file.notebook)).toEqual(['mine, and more', 'b']);
});

describe('a cell that both changed', () => {
  beforeEach(async () => {
    draft.edit(write(0, 'mine'));
    file.write(notebook('yours', 'also yours'));
    await draft.save();
  });

  it('is not saved until the user chose, and both versions are there', async () => {
    expect(draft.state.phase).toBe('conflict');
    expect(draft.state.conflicts.map(({ ours, theirs }) => [ours.source, theirs.source])).toEqual([
      ['mine', 'yours'],
    ]);
    await draft.save();
    expect(sources(file.notebook)).toEqual(['yours', 'also yours']);
    expect(sources(draft.state.notebook)).toEqual(['mine', 'also yours']);
  });

  it.each([
    ['ours', ['mine', 'also yours']],
    ['theirs', ['yours', 'also yours']],
    ['both', ['yours', 'mine', 'also yours']],
  ] as const)('is saved as the user chose: %s', async (choice, expected) => {
    await draft.resolve(new Map([['c0', choice]]));
    expect(sources(file.notebook)).toEqual(expected);
    expect(draft.state).toMatchObject({ phase: 'saved', conflicts: [] });
    expect(sources(draft.state.notebook)).toEqual(expected);
  });

  it.each([
    ['ours', ['mine, and more', 'also yours']],
    ['theirs', ['yours', 'also yours']],
    ['both', ['yours', 'mine, and more', 'also yours']],
  ] as const)(
    'and that was deleted here meanwhile comes back as the user chose: %s',
    async (choice, expected) => {
      draft.edit(write(0, 'mine, and more'));
      draft.edit((from) => ({ ...from, cells: from.cells.slice(1) }));
      expect(draft.state.conflicts.map(({ ours }) => ours.source)).toEqual(['mine, and more']);
      await draft.resolve(new Map([['c0', choice]]));
      expect(sources(file.notebook)).toEqual(expected);
      expect(draft.state).toMatchObject({ phase: 'saved', conflicts: [] });
    },
  );

  it('and that was deleted here meanwhile is there again when others go on saving', async () => {
    draft.edit((from) => ({ ...from, cells: from.cells.slice(1) }));
    file.write(notebook('yours again', 'also yours'));
    await draft.pull();
    expect(draft.state.conflicts.map(({ id }) => id)).toEqual(['c0']);
    expect(sources(draft.state.notebook)).toEqual(['mine', 'also yours']);
  });

  it('shows what is typed meanwhile as ours', () => {
    draft.edit(write(0, 'mine, and more'));
    expect(draft.state.conflicts.map(({ ours }) => ours.source)).toEqual(['mine, and more']);
  });

  it('stays the only conflict when others go on saving', async () => {
    file.write(notebook('yours again', 'also yours again'));
    await draft.pull();
    expect(draft.state.conflicts.map(({ id }) => id)).toEqual(['c0']);
    expect(sources(draft.state.notebook)).toEqual(['mine', 'also yours again']);
    file.write(notebook('a', 'b'));
    await draft.pull();
    expect(draft.state).toMatchObject({ phase: 'unsaved', conflicts: [] });
    expect(sources(draft.state.notebook)).toEqual(['mine', 'b']);
  });

  it('is asked about again where a third save changes it before the choice is saved', async () => {
    file.write(notebook('a third', 'also yours'));
    await draft.resolve(new Map([['c0', 'ours']]));
    expect(draft.state.phase).toBe('conflict');
    await draft.resolve(new Map([['c0', 'both']]));
    expect(sources(file.notebook)).toEqual(['a third', 'mine', 'also yours']);
  });
});

it('what others save is taken over, beside what is unsaved here', async () => {
  file.write(notebook('a', 'yours'));
  await draft.pull();
  expect(draft.state.phase).toBe('saved');
  draft.edit(write(0, 'mine'));
  file.write(notebook('a', 'yours again'));
  await draft.pull();
  expect(sources(draft.state.notebook)).toEqual(['mine', 'yours again']);
  expect(draft.state.phase).toBe('unsaved');
  expect(draft.baseSha).toBe('sha-2');
});

describe('a file that was deleted elsewhere', () => {
  it('is noticed by a look for newer versions, and by a save, which keeps what was typed', async () => {
    file.isGone = true;
    await draft.pull();
    expect(draft.state).toMatchObject({ phase: 'gone', hasChanges: false, error: null });
    file.isGone = false;
    await draft.pull(file.sha);
    expect(draft.state.phase).toBe('saved');
    draft.edit(write(0, 'mine'));
    file.isGone = true;
    await draft.save();
    expect(draft.state).toMatchObject({ phase: 'gone', hasChanges: true, error: null });
    expect(sources(draft.state.notebook)).toEqual(['mine', 'b']);
  });

  it('is saved again as a new one on demand', async () => {
    file.isGone = true;
    draft.edit(write(0, 'mine'));
    await draft.save();
    await draft.recreate();
    expect(sources(file.notebook)).toEqual(['mine', 'b']);
    expect(draft.state).toMatchObject({ phase: 'saved', hasChanges: false });
    draft.edit(write(1, 'more'));
    await draft.save();
    expect(sources(file.notebook)).toEqual(['mine', 'more']);
  });

  it('is merged where somebody else made it again first', async () => {
    file.isGone = true;
    draft.edit(write(0, 'mine'));
    await draft.save();
    file.isGone = false;
    file.write(notebook('a', 'yours'));
    await draft.recreate();
    expect(sources(file.notebook)).toEqual(['mine', 'yours']);
    expect(draft.state.phase).toBe('saved');
  });

  it('stays gone where the new one is refused, and says why', async () => {
    file.isGone = true;
    await draft.pull();
    file.fault = new Error('The branch is protected.');
    await draft.recreate();
    expect(draft.state).toMatchObject({ phase: 'gone', error: 'The branch is protected.' });
  });
});
