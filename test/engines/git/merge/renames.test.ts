import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileChange } from '../../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture, someone } from '../git-fixture.js';
import { mergeInto, textsOf, writeCommit } from './merge-fixture.js';

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
const lines = (word: string, first = 'first', last = 'last') =>
  [first, ...Array.from({ length: 10 }, (_, n) => `${word} ${n}`), last, ''].join('\n');

/** Two branches that begin with the same files, changed by commits that record their renames. */
async function sides(files: Record<string, string>, ours: FileChange[][], theirs: FileChange[][]) {
  const [target, source] = [`target-${count}`, `source-${count}`];
  const texts = new Map(Object.entries(files).map(([path, text]) => [path, { text }]));
  const base = writeCommit(at, `base-${count++}`, texts, []);
  const { repository } = at;
  for (const [branch, commits] of [
    [target, ours],
    [source, theirs],
  ] as const) {
    await repository.createBranch(branch, base);
    for (const changes of commits)
      await repository.commit({ branch, changes, author: someone, committer: someone, message: 'x' });
  }
  return { target, source, theirs: await repository.resolveBranch(source) };
}

async function merged(...args: Parameters<typeof sides>) {
  const { target, theirs } = await sides(...args);
  const outcome = await mergeInto(at.repository, target, theirs);
  if (outcome.kind !== 'merged') return outcome;
  at.fsck();
  return textsOf(at.repository, outcome.commitOid);
}

describe('a merge of a file that one side renamed', () => {
  it('puts the change of the other side at the new path', async () => {
    const files = { 'a.txt': lines('a') };
    const [rename, change] = [[[move('a.txt', 'in/b.txt')]], [[save('a.txt', lines('a', 'changed'))]]];
    const after = { 'in/b.txt': lines('a', 'changed') };
    expect(await merged(files, rename, change)).toEqual(after);
    expect(await merged(files, change, rename)).toEqual(after);
  });

  it('merges what both sides changed', async () => {
    expect(
      await merged(
        { 'a.txt': lines('a') },
        [[move('a.txt', 'b.txt')], [save('b.txt', lines('a', 'ours'))]],
        [[save('a.txt', lines('a', 'first', 'theirs'))]],
      ),
    ).toEqual({ 'b.txt': lines('a', 'ours', 'theirs') });
  });

  it('follows the recorded renames of several commits, whatever became of the content', async () => {
    expect(
      await merged(
        { 'a.txt': 'one\n' },
        [[move('a.txt', 'b.txt')], [move('b.txt', 'c.txt')]],
        [[save('a.txt', 'quite other\n')]],
      ),
    ).toEqual({ 'c.txt': 'quite other\n' });
  });

  it('keeps a new file at the old path apart from the renamed one', async () => {
    expect(
      await merged(
        { 'a.txt': lines('a') },
        [[move('a.txt', 'b.txt'), create('a.txt', lines('new'))]],
        [[save('a.txt', lines('a', 'changed'))]],
      ),
    ).toEqual({ 'a.txt': lines('new'), 'b.txt': lines('a', 'changed') });
  });

  it('follows two files that exchanged their paths', async () => {
    expect(
      await merged(
        { 'a.txt': lines('a'), 'b.txt': lines('b') },
        [[move('a.txt', 't.txt'), move('b.txt', 'a.txt'), move('t.txt', 'b.txt')]],
        [[save('a.txt', lines('a', 'changed'))]],
      ),
    ).toEqual({ 'a.txt': lines('b'), 'b.txt': lines('a', 'changed') });
  });

  it('is clean where both sides renamed it to the same path', async () => {
    expect(
      await merged(
        { 'a.txt': lines('a') },
        [[move('a.txt', 'b.txt')], [save('b.txt', lines('a', 'ours'))]],
        [[move('a.txt', 'b.txt')], [save('b.txt', lines('a', 'first', 'theirs'))]],
      ),
    ).toEqual({ 'b.txt': lines('a', 'ours', 'theirs') });
  });

  it('takes a rename over a file that it replaced, where the other side left that file alone', async () => {
    const files = { 'a.txt': lines('a'), 'b.txt': lines('b') };
    const replaced = [[remove('b.txt'), move('a.txt', 'b.txt')]];
    expect(await merged(files, replaced, [[save('a.txt', lines('a', 'changed'))]])).toEqual({
      'b.txt': lines('a', 'changed'),
    });
    expect(await merged(files, replaced, [[save('b.txt', lines('b', 'changed'))]])).toEqual({
      kind: 'conflicts',
      conflicts: [{ path: 'b.txt', reason: 'deleted' }],
    });
  });

  it('of branches that were merged crosswise follows a rename that is later than both bases', async () => {
    const { target, theirs } = await sides(
      { 'a.txt': lines('a'), 'x.txt': 'x' },
      [[create('ours.txt', 'o')]],
      [[create('theirs.txt', 't')]],
    );
    const source = target.replace('target', 'source');
    const ours = await at.repository.resolveBranch(target);
    expect((await mergeInto(at.repository, target, theirs)).kind).toBe('merged');
    expect((await mergeInto(at.repository, source, ours)).kind).toBe('merged');
    const by = { author: someone, committer: someone, message: 'x' };
    await at.repository.commit({ branch: target, changes: [move('a.txt', 'b.txt')], ...by });
    const changes = [save('a.txt', lines('a', 'changed'))];
    const { commitOid } = await at.repository.commit({ branch: source, changes, ...by });
    expect(at.git('merge-base', '--all', target, commitOid).split('\n')).toHaveLength(2);
    const outcome = await mergeInto(at.repository, target, commitOid);
    expect(outcome.kind).toBe('merged');
    expect(await textsOf(at.repository, await at.repository.resolveBranch(target))).toMatchObject({
      'b.txt': lines('a', 'changed'),
    });
  });
});

describe('a merge with several bases', () => {
  /** Merges an edit of a file into a branch that renamed it, where both have merged the same commits before. */
  const mergeWith = async (bases: number) => {
    const name = `bases-${bases}`;
    const texts = { 'a.txt': { text: lines('a') } };
    const first = writeCommit(at, name, new Map(Object.entries(texts)), []);
    const merged: string[] = [];
    const files = new Map<string, { text: string }>(Object.entries(texts));
    for (let n = 0; n < bases; n++) {
      const added = new Map([...Object.entries(texts), [`${n}.txt`, { text: `${n}` }]] as const);
      merged.push(writeCommit(at, `${name}-${n}`, added, [first]));
      files.set(`${n}.txt`, { text: `${n}` });
    }
    writeCommit(at, `${name}-ours`, files, merged);
    writeCommit(at, `${name}-theirs`, files, merged.toReversed());
    const by = { author: someone, committer: someone, message: 'x' };
    await at.repository.commit({ branch: `${name}-ours`, changes: [move('a.txt', 'b.txt')], ...by });
    const changes = [save('a.txt', lines('a', 'changed'))];
    const { commitOid } = await at.repository.commit({ branch: `${name}-theirs`, changes, ...by });
    expect(at.git('merge-base', '--all', `${name}-ours`, commitOid).split('\n')).toHaveLength(bases);
    return mergeInto(at.repository, `${name}-ours`, commitOid);
  };

  it('follows renames with up to eight of them, and with more looks for none', async () => {
    expect((await mergeWith(8)).kind).toBe('merged');
    expect(await mergeWith(9)).toEqual({
      kind: 'conflicts',
      conflicts: [{ path: 'a.txt', reason: 'deleted' }],
    });
  });
});

describe('a rename is a conflict', () => {
  const files = { 'a.txt': lines('a') };
  const conflict = (path: string, reason: string, renamed: object) => ({
    kind: 'conflicts',
    conflicts: [{ path, reason, renamed }],
  });

  it('where both sides renamed a file to different paths', async () => {
    expect(await merged(files, [[move('a.txt', 'b.txt')]], [[move('a.txt', 'c.txt')]])).toEqual(
      conflict('a.txt', 'renamed', { base: 'a.txt', ours: 'b.txt', theirs: 'c.txt' }),
    );
  });

  it('where the other side deleted the file', async () => {
    expect(await merged(files, [[move('a.txt', 'b.txt')]], [[remove('a.txt')]])).toEqual(
      conflict('b.txt', 'deleted', { base: 'a.txt', ours: 'b.txt', theirs: null }),
    );
    expect(await merged(files, [[remove('a.txt')]], [[move('a.txt', 'b.txt')]])).toEqual(
      conflict('b.txt', 'deleted', { base: 'a.txt', ours: null, theirs: 'b.txt' }),
    );
  });

  it('where the other side added another file at the new path', async () => {
    const added = [[create('b.txt', 'other'), save('a.txt', lines('a', 'changed'))]];
    expect(await merged(files, [[move('a.txt', 'b.txt')]], added)).toEqual(
      conflict('b.txt', 'both_added', { base: 'a.txt', ours: 'b.txt', theirs: 'a.txt' }),
    );
  });

  it('where both sides renamed different files to one path', async () => {
    const two = { ...files, 'b.txt': lines('b') };
    expect(await merged(two, [[move('a.txt', 'c.txt')]], [[move('b.txt', 'c.txt')]])).toMatchObject({
      conflicts: [{ path: 'c.txt', reason: 'both_added' }],
    });
  });

  it('where the other side has a folder at the new path', async () => {
    const folder = [[create('b.txt/c', 'c'), save('a.txt', lines('a', 'changed'))]];
    expect(await merged(files, [[move('a.txt', 'b.txt')]], folder)).toEqual(
      conflict('b.txt', 'type', { base: 'a.txt', ours: 'b.txt', theirs: 'a.txt' }),
    );
  });

  it('of the content, where both sides changed the same lines', async () => {
    const renamed = [[move('a.txt', 'b.txt')], [save('b.txt', lines('a', 'ours'))]];
    expect(await merged(files, renamed, [[save('a.txt', lines('a', 'theirs'))]])).toEqual(
      conflict('b.txt', 'content', { base: 'a.txt', ours: 'b.txt', theirs: 'a.txt' }),
    );
  });
});

describe('a rename in a commit from outside', () => {
  const merge = async (base: string[][], ours: string[][], theirs: string[][]) => {
    const name = `outside-${count++}`;
    const files = (list: string[][]) => new Map(list.map(([path, text]) => [path!, { text: text! }]));
    const first = writeCommit(at, name, files(base), []);
    writeCommit(at, `${name}-ours`, files(ours), [first]);
    const other = writeCommit(at, `${name}-theirs`, files(theirs), [first]);
    const outcome = await mergeInto(at.repository, `${name}-ours`, other);
    return outcome.kind === 'merged' ? textsOf(at.repository, outcome.commitOid) : outcome;
  };

  it('is found by the same bytes, and by similar ones', async () => {
    const changed = [['a.txt', lines('a', 'first', 'changed')]];
    expect(await merge([['a.txt', lines('a')]], [['b.txt', lines('a')]], changed)).toEqual({
      'b.txt': lines('a', 'first', 'changed'),
    });
    expect(await merge([['a.txt', lines('a')]], [['b.txt', lines('a', 'ours')]], changed)).toEqual({
      'b.txt': lines('a', 'ours', 'changed'),
    });
  });

  it('is none between files without content', async () => {
    expect(
      await merge(
        [
          ['a.txt', ''],
          ['x', 'x'],
        ],
        [
          ['b.txt', ''],
          ['x', 'x'],
        ],
        [['x', 'x']],
      ),
    ).toEqual({
      'b.txt': '',
      x: 'x',
    });
  });
});

it('the objects of a merge are those that its commit needs', async () => {
  const { target, theirs } = await sides(
    { 'in/a.txt': lines('a'), 'in/b.txt': 'b', 'x/y/z': 'z' },
    [[move('in/a.txt', 'out/a.txt'), save('out/a.txt', lines('a', 'first', 'ours'))]],
    [[save('in/a.txt', lines('a', 'changed'))]],
  );
  const isUnreachable = () => at.git('fsck', '--unreachable', '--no-reflogs');
  const before = isUnreachable();
  expect((await mergeInto(at.repository, target, theirs)).kind).toBe('merged');
  expect(isUnreachable()).toBe(before);
});
