import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { GitRepository } from '../../src/engines/git/git-store.js';
import { layOutFiles, syncFiles, type WorkerFolders } from '../../src/workers/worker-files.js';
import { type GitFixture, gitFixture } from '../engines/git/git-fixture.js';

let git: GitFixture;
let root: string;
let at: WorkerFolders;
beforeEach(async () => {
  git = await gitFixture();
  root = await mkdtemp(join(tmpdir(), 'worker-files-'));
  at = { files: join(root, 'files'), state: join(root, 'state') };
  mkdirSync(at.state);
});
afterEach(async () => {
  await git.remove();
  await rm(root, { recursive: true });
});

const blob = (text: string) => git.gitWithInput(text, 'hash-object', '-w', '--stdin');
/** A tree of files by path, made by native git. */
function tree(files: Record<string, string>): string {
  const folders = new Map<string, Record<string, string>>();
  const lines: string[] = [];
  for (const [path, text] of Object.entries(files)) {
    const slash = path.indexOf('/');
    const folder = path.slice(0, slash);
    if (slash < 0) lines.push(`100644 blob ${blob(text)}\t${path}\n`);
    else folders.set(folder, { ...folders.get(folder), [path.slice(slash + 1)]: text });
  }
  for (const [name, below] of folders) lines.push(`040000 tree ${tree(below)}\t${name}\n`);
  return git.gitWithInput(lines.join(''), 'mktree');
}
const commit = (files: Record<string, string>) => git.git('commit-tree', '-m', 'A change', tree(files));
const layOut = (files: Record<string, string>) =>
  layOutFiles(git.repository, commit(files), at, new AbortController().signal);
const sync = (files: Record<string, string>, repository = git.repository) =>
  syncFiles(repository, commit(files), at);
const here = (name: string) => join(at.files, name);
const read = (name: string) => (existsSync(here(name)) ? readFileSync(here(name), 'utf8') : null);
/** The repository, but something happens before the bytes of a file are read. */
const whenRead = (action: (path: string) => unknown): GitRepository =>
  Object.assign<GitRepository, Partial<GitRepository>>(Object.create(git.repository), {
    // Called on the repository itself, because an object that inherits from it has none of its private fields.
    listFiles: (commitOid) => git.repository.listFiles(commitOid),
    async readFile(commitOid, path) {
      await action(path);
      return git.repository.readFile(commitOid, path);
    },
  });

describe('the synchronization of a worker folder with a commit', () => {
  test('changes, adds and removes files, and leaves nothing else', async () => {
    await layOut({ a: '1', b: '1', c: '1' });
    expect(await sync({ a: '2', c: '1', d: '1' })).toEqual({ conflicts: [], failure: undefined });
    expect(readdirSync(at.files).sort()).toEqual(['a', 'c', 'd']);
    expect(['a', 'c', 'd'].map(read)).toEqual(['2', '1', '1']);
  });

  test('keeps changes of the kernel, and reports them until both agree', async () => {
    await layOut({ a: '1', b: '1' });
    writeFileSync(here('a'), 'mine');
    rmSync(here('b'));
    writeFileSync(here('c'), 'mine');
    expect(await sync({ a: '2', b: '2', c: '2' })).toMatchObject({ conflicts: ['a', 'b', 'c'] });
    expect(['a', 'b', 'c'].map(read)).toEqual(['mine', null, 'mine']);
    writeFileSync(here('b'), '3');
    expect(await sync({ a: 'mine', b: '3', c: 'mine' })).toMatchObject({ conflicts: [] });
    expect(await sync({ a: '4', b: '4', c: '4' })).toMatchObject({ conflicts: [] });
    expect(['a', 'b', 'c'].map(read)).toEqual(['4', '4', '4']);
  });

  test('does not read files that the commit did not change', async () => {
    await layOut({ a: '1', b: '1' });
    writeFileSync(here('b'), 'mine');
    expect(await sync({ a: '2', b: '1' })).toMatchObject({ conflicts: [] });
  });

  test('keeps files that the kernel writes during the synchronization', async () => {
    await layOut({ a: '1' });
    const kernel = whenRead((path) => writeFileSync(here(path), 'mine'));
    expect(await sync({ a: '2', b: '2' }, kernel)).toMatchObject({ conflicts: ['a', 'b'] });
    expect(['a', 'b'].map(read)).toEqual(['mine', 'mine']);
  });

  test('writes the other paths when one fails, reports that, and writes it the next time', async () => {
    await layOut({ a: '1', b: '1' });
    const target = commit({ a: '2', b: '2', c: '2' });
    const oid = blob('2');
    const other = commit({ a: '2', b: '3', c: '3' });
    const object = join(git.gitdir, 'objects', oid.slice(0, 2), oid.slice(2));
    await rename(object, `${object}.away`);
    const first = await syncFiles(git.repository, other, at);
    expect(first).toEqual({ conflicts: ['a'], failure: expect.any(Error) });
    expect(['a', 'b', 'c'].map(read)).toEqual(['1', '3', '3']);
    await rename(`${object}.away`, object);
    expect(await syncFiles(git.repository, target, at)).toEqual({ conflicts: [], failure: undefined });
    expect(['a', 'b', 'c'].map(read)).toEqual(['2', '2', '2']);
  });

  test('recognizes its own files after it was killed, also when the branch has moved since', async () => {
    await layOut({ a: '1', b: '1', gone: '1' });
    const stuckAt = new Promise<void>((resolve) => {
      const killed = whenRead((path) => {
        if (path !== 'b') return;
        resolve();
        return new Promise(() => {});
      });
      sync({ a: '2', b: '2' }, killed);
    });
    await stuckAt;
    expect(['a', 'b', 'gone'].map(read)).toEqual(['2', '1', null]);
    expect(await sync({ a: '3', b: '3', gone: '3' })).toEqual({ conflicts: [], failure: undefined });
    expect(['a', 'b', 'gone'].map(read)).toEqual(['3', '3', '3']);
    expect(readdirSync(at.files).sort()).toEqual(['a', 'b', 'gone']);
    expect(readdirSync(join(at.state, 'incoming'))).toEqual([]);
  });

  test('lets a folder become a file and a file a folder', async () => {
    await layOut({ 'a/b/x': '1', 'a/y': '1', c: '1' });
    expect(await sync({ a: '2', 'c/d/x': '2' })).toEqual({ conflicts: [], failure: undefined });
    expect(['a', 'c/d/x'].map(read)).toEqual(['2', '2']);
    expect(await sync({ 'a/b/x': '3', c: '3' })).toEqual({ conflicts: [], failure: undefined });
    expect(['a/b/x', 'c'].map(read)).toEqual(['3', '3']);
  });

  test('keeps a folder that should become a file when the kernel has a file in it', async () => {
    await layOut({ 'a/b/x': '1', 'c/x': '1', 'd/x': '1', 'e/x': '1' });
    writeFileSync(here('a/b/mine'), 'mine');
    writeFileSync(here('c/x'), 'mine');
    mkdirSync(here('d/empty'));
    symlinkSync(root, here('e/link'));
    expect(await sync({ a: '2', c: '2', d: '2', e: '2' })).toMatchObject({
      conflicts: ['a', 'c', 'c/x', 'e'],
    });
    expect(['a/b/mine', 'c/x', 'd'].map(read)).toEqual(['mine', 'mine', '2']);
    expect(readdirSync(here('e'))).toEqual(['link']);
  });

  test('neither writes nor creates folders through a symbolic link', async () => {
    await layOut({ a: '1' });
    const outside = join(root, 'outside');
    mkdirSync(outside);
    symlinkSync(outside, here('data'));
    const file = blob('2');
    const below = git.gitWithInput(`100644 blob ${file}\tx\n`, 'mktree');
    const folder = git.gitWithInput(`040000 tree ${below}\tsub\n100644 blob ${file}\tx\n`, 'mktree');
    const tree = git.gitWithInput(`100644 blob ${file}\ta\n040000 tree ${folder}\tdata\n`, 'mktree');
    const oid = git.git('commit-tree', '-m', 'A change', tree);
    expect(await syncFiles(git.repository, oid, at)).toMatchObject({ conflicts: ['data/sub/x', 'data/x'] });
    expect(read('a')).toBe('2');
    expect(readdirSync(outside)).toEqual([]);
  });
});
