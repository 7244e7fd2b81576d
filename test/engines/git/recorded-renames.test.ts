import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FileChange } from '../../../src/engines/git/git-store.js';
import { bytes, type GitFixture, gitFixture } from './git-fixture.js';

let at: GitFixture;
beforeAll(async () => {
  at = await gitFixture({ 'a.txt': 'same', 'b.txt': 'same', 'c.txt': 'c' });
});
afterAll(() => at.remove());

const move = (path: string, newPath: string): FileChange => ({ kind: 'move', path, newPath });
const changesOf = async (from: string, to: string) => {
  const found = [];
  for await (const { changes } of at.repository.history(from, to)) found.push(...changes);
  return found.map(({ path, oid, renamedFrom = null }) => [path, oid !== null, renamedFrom]);
};
/** Writes a commit as a program outside could, with these lines in its header. */
const commitWith = (header: string[], tree: string, parents: string[]) =>
  at.gitWithInput(
    [
      `tree ${tree}`,
      ...parents.map((oid) => `parent ${oid}`),
      'author Outside <outside@example.org> 1700000000 +0000',
      'committer Outside <outside@example.org> 1700000000 +0000',
      ...header,
      '',
      'From outside',
      '',
    ].join('\n'),
    ...['hash-object', '-t', 'commit', '-w', '--stdin'],
  );
const treeOf = (files: Record<string, string>) =>
  at.gitWithInput(
    Object.entries(files)
      .map(
        ([name, text]) => `100644 blob ${at.gitWithInput(text, 'hash-object', '-w', '--stdin')}\t${name}\n`,
      )
      .join(''),
    'mktree',
  );

describe('renames that a commit records', () => {
  it('are read as they were, and git finds nothing wrong with the commit', async () => {
    const { commitOid, parentOid } = await at.commit(move('a.txt', 'ü.txt'), {
      kind: 'create',
      path: 'a.txt',
      bytes: bytes('same'),
    });
    expect(await changesOf(parentOid, commitOid)).toEqual([
      ['a.txt', true, null],
      ['ü.txt', true, 'a.txt'],
    ]);
    const walked = await at.repository.readCommit(commitOid);
    expect(walked.renames).toEqual([{ from: 'a.txt', to: 'ü.txt' }]);
    expect(walked.message).toBe('A change\n');
    at.fsck();
  });

  it('are written only where a guess could differ', async () => {
    const isRecorded = async (...changes: FileChange[]) => {
      const { commitOid } = await at.commit(...changes);
      return (await at.repository.readCommit(commitOid)).renames !== null;
    };
    expect(await isRecorded({ kind: 'create', path: 'd.txt', bytes: bytes('d') })).toBe(false);
    expect(await isRecorded({ kind: 'save', path: 'd.txt', bytes: bytes('e') })).toBe(false);
    expect(await isRecorded(move('d.txt', 'e.txt'))).toBe(true);
    expect(await isRecorded({ kind: 'delete', path: 'e.txt' })).toBe(false);
  });

  it('are the same to a long history, which native git lists', async () => {
    const { commitOid } = await at.commit(move('c.txt', 'moved.txt'), move('b.txt', 'c.txt'));
    const side = commitWith([], at.git('rev-parse', `${at.firstCommit}^{tree}`), [at.firstCommit]);
    const merge = commitWith([], at.git('rev-parse', `${commitOid}^{tree}`), [commitOid, side]);
    const before = at.git('rev-parse', `${commitOid}^`);
    expect(await changesOf(before, merge)).toEqual([
      ['b.txt', false, null],
      ['c.txt', true, 'b.txt'],
      ['moved.txt', true, 'c.txt'],
    ]);
  });
});

describe('a header of renames from outside', () => {
  const treeWith = (name: string) => treeOf({ [name]: 'content' });
  const guessed = [
    ['new.txt', true, 'old.txt'],
    ['old.txt', false, null],
  ];

  it.each([
    ['no JSON', 'file-renames [['],
    ['another shape', 'file-renames {"old.txt":"new.txt"}'],
    ['a path that no file can have', 'file-renames [["old.txt","../new.txt"]]'],
    ['one path twice', 'file-renames [["old.txt","new.txt"],["old.txt","other.txt"]]'],
    [
      'too many pairs',
      `file-renames ${JSON.stringify(Array.from({ length: 1001 }, (_, n) => [`o${n}`, `n${n}`]))}`,
    ],
    ['no value', 'file-renames'],
  ])('is ignored with %s', async (_what, header) => {
    const base = commitWith([], treeWith('old.txt'), []);
    const next = commitWith([header], treeWith('new.txt'), [base]);
    expect(await changesOf(base, next)).toEqual(guessed);
  });

  it('names only files that the parent and the commit have, as after an amended commit', async () => {
    const base = commitWith([], treeWith('old.txt'), []);
    const header = 'file-renames [["old.txt","gone.txt"],["missing.txt","new.txt"]]';
    const next = commitWith([header], treeWith('new.txt'), [base]);
    expect(await changesOf(base, next)).toEqual([
      ['new.txt', true, null],
      ['old.txt', false, null],
    ]);
  });

  it('is read without looking through more than 100,000 files', async () => {
    const blob = at.gitWithInput('same', 'hash-object', '-w', '--stdin');
    const folder = (count: number) =>
      at.gitWithInput(
        Array.from({ length: count }, (_, n) => `100644 blob ${blob}\t${n}\n`).join(''),
        'mktree',
      );
    const exchanged = async (count: number) => {
      const tree = at.gitWithInput(`040000 tree ${folder(count)}\tin\n`, 'mktree');
      const base = commitWith([], tree, []);
      const next = commitWith(['file-renames [["in/1","in/2"],["in/2","in/1"]]'], tree, [base]);
      return changesOf(base, next);
    };
    expect(await exchanged(50_000)).toEqual([
      ['in/1', true, 'in/2'],
      ['in/2', true, 'in/1'],
    ]);
    expect(await exchanged(100_001)).toEqual([]);
  });

  it('is ignored in a merge and in a first commit', async () => {
    const header = ['file-renames [["old.txt","new.txt"]]'];
    const first = commitWith(header, treeWith('old.txt'), []);
    const other = commitWith([], treeWith('old.txt'), [first]);
    const merge = commitWith(header, treeWith('old.txt'), [first, other]);
    for (const oid of [first, merge]) expect((await at.repository.readCommit(oid)).renames).toBeNull();
  });
});
