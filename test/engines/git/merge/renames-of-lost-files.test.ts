import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileChange } from '../../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, someone } from '../git-fixture.js';
import { type Files, mergeInto, textsOf, writeCommit } from './merge-fixture.js';

let at: GitFixture;
let count = 0;
beforeAll(async () => {
  at = await gitFixture();
});
afterAll(() => at.remove());

const move = (path: string, newPath: string): FileChange => ({ kind: 'move', path, newPath });
const save = (path: string, text: string): FileChange => ({ kind: 'save', path, bytes: bytes(text) });
const create = (path: string, text: string): FileChange => ({ kind: 'create', path, bytes: bytes(text) });
const remove = (path: string): FileChange => ({ kind: 'delete', path });
const notebook = (...sources: string[]) =>
  `${JSON.stringify(
    {
      cells: sources.map((source, n) => ({
        ...{
          cell_type: 'code',
          execution_count: null,
          id: `${source[0]}${n + 1}`,
          metadata: {},
          outputs: [],
        },
        source: [source],
      })),
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  )}\n`;
const files = (texts: Record<string, string>): Files =>
  new Map(Object.entries(texts).map(([path, text]) => [path, { text }]));
const draft = notebook('d one', 'd two');
const edited = notebook('d edited', 'd two');
const other = notebook('n one');
const lost = (path: string) => ({ kind: 'conflicts', conflicts: [{ path, reason: 'deleted' }] });

/** Two branches at one commit; the source edits the draft. */
async function branches() {
  const [target, source] = [`target-${count}`, `source-${count}`];
  const base = writeCommit(at, `base-${count++}`, files({ 'draft.ipynb': draft }), []);
  for (const branch of [target, source]) await at.repository.createBranch(branch, base);
  const theirs = await commit(source, save('draft.ipynb', edited));
  return { target, base, theirs };
}

async function commit(branch: string, ...changes: FileChange[]): Promise<string> {
  const by = { author: someone, committer: someone, message: 'x' };
  return (await at.repository.commit({ branch, changes, ...by })).commitOid;
}

describe('a renamed notebook that is gone', () => {
  it('is a conflict, and its cells do not come into a new notebook at its path', async () => {
    const { target, theirs } = await branches();
    await commit(target, move('draft.ipynb', 'report.ipynb'));
    await commit(target, remove('report.ipynb'));
    await commit(target, create('report.ipynb', other));
    expect(await mergeInto(at.repository, target, theirs)).toEqual(lost('draft.ipynb'));
  });

  it('is a conflict where a commit deleted one notebook and moved another one to its path', async () => {
    const { target, theirs } = await branches();
    await commit(target, remove('draft.ipynb'));
    await commit(target, create('draft.ipynb', other));
    await commit(target, move('draft.ipynb', 'report.ipynb'));
    expect(await mergeInto(at.repository, target, theirs)).toEqual(lost('draft.ipynb'));
  });

  it('is found where a push moved it on, and a new one has its path', async () => {
    const { target, theirs } = await branches();
    const moved = await commit(target, move('draft.ipynb', 'report.ipynb'));
    const pushed = writeCommit(at, target, files({ 'final.ipynb': draft }), [moved]);
    writeCommit(at, target, files({ 'final.ipynb': draft, 'report.ipynb': other }), [pushed]);
    const outcome = await mergeInto(at.repository, target, theirs);
    expect(outcome).toMatchObject({ kind: 'merged' });
    expect(await textsOf(at.repository, await at.repository.resolveBranch(target))).toEqual({
      'final.ipynb': edited,
      'report.ipynb': other,
    });
  });
});

describe('a renamed notebook of parallel sides', () => {
  it('is a conflict where their merge took the notebook that the other one has at its path', async () => {
    const { target, base, theirs } = await branches();
    const moved = await commit(target, move('draft.ipynb', 'report.ipynb'));
    // Not similar to the draft.
    const report = notebook('n one '.repeat(500));
    const parallel = files({ 'draft.ipynb': draft, 'report.ipynb': report });
    const added = writeCommit(at, `parallel-${count}`, parallel, [base]);
    const resolved = files({ 'report.ipynb': report });
    writeCommit(at, target, resolved, [moved, added]);
    expect(await mergeInto(at.repository, target, theirs)).toEqual(lost('draft.ipynb'));
  });

  it('is a conflict where one of them deleted it and has a new one at its path', async () => {
    const { target, theirs } = await branches();
    const moved = await commit(target, move('draft.ipynb', 'report.ipynb'));
    const kept = writeCommit(at, `kept-${count}`, files({ 'report.ipynb': draft, x: 'x' }), [moved]);
    await commit(target, remove('report.ipynb'));
    const added = await commit(target, create('report.ipynb', other));
    writeCommit(at, target, files({ 'report.ipynb': other, x: 'x' }), [added, kept]);
    expect(await mergeInto(at.repository, target, theirs)).toEqual(lost('draft.ipynb'));
  });

  it('is followed where only one of them renamed it', async () => {
    const { target, base, theirs } = await branches();
    const moved = await commit(target, move('draft.ipynb', 'report.ipynb'));
    const added = writeCommit(at, `parallel-${count}`, files({ 'draft.ipynb': draft, x: 'x' }), [base]);
    const both = files({ 'report.ipynb': notebook('d one', 'd two', 'd three'), x: 'x' });
    for (const parents of [
      [moved, added],
      [added, moved],
    ]) {
      const branch = `both-${count++}`;
      writeCommit(at, branch, both, parents);
      expect(await mergeInto(at.repository, branch, theirs)).toMatchObject({ kind: 'merged' });
      expect(await textsOf(at.repository, await at.repository.resolveBranch(branch))).toEqual({
        'report.ipynb': notebook('d edited', 'd two', 'd three'),
        x: 'x',
      });
    }
  });
});
