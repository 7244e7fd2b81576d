import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { JupyterContents } from '../../src/engines/kernels/jupyter-contents.js';
import { JupyterRest } from '../../src/engines/kernels/jupyter-rest.js';
import { ContentsFolder, removeContentsFolder } from '../../src/workers/backends/external/contents-folder.js';
import { layOutFiles, syncFiles, type WorkerFolders } from '../../src/workers/worker-files.js';
import { type GitFixture, gitFixture } from '../engines/git/git-fixture.js';
import { startTestJupyter, type TestJupyter } from '../support/jupyter.js';

const root = 'gateway-workers/test';
let jupyter: TestJupyter;
let git: GitFixture;
let state: string;
let at: WorkerFolders;
const contents = () => new JupyterContents(new JupyterRest(jupyter.endpoint));
beforeAll(async () => {
  jupyter = await startTestJupyter();
}, 300_000);
afterAll(() => jupyter?.close());
beforeEach(async () => {
  git = await gitFixture();
  state = await mkdtemp(join(tmpdir(), 'contents-folder-'));
  at = { files: join(state, 'unused'), state, openRemote: () => ContentsFolder.open(contents(), root) };
});
afterEach(async () => {
  await git.remove();
  await rm(state, { recursive: true });
  await rm(join(jupyter.spec.filesDirectory, root), { recursive: true, force: true });
});

function tree(files: Record<string, string>): string {
  git.git('read-tree', '--empty');
  for (const [path, text] of Object.entries(files)) {
    const oid = git.gitWithInput(text, 'hash-object', '-w', '--stdin');
    git.git('update-index', '--add', '--cacheinfo', `100644,${oid},${path}`);
  }
  return git.git('write-tree');
}
const commit = (files: Record<string, string>) => git.git('commit-tree', '-m', 'A change', tree(files));
const layOut = (files: Record<string, string>) =>
  layOutFiles(git.repository, commit(files), at, new AbortController().signal);
const sync = (files: Record<string, string>) => syncFiles(git.repository, commit(files), at);
const here = (path: string) => join(jupyter.spec.filesDirectory, root, path);
const read = (path: string) => (existsSync(here(path)) ? readFileSync(here(path), 'utf8') : null);
const paths = () =>
  readdirSync(here(''), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(here(''), join(entry.parentPath, entry.name)))
    .sort();

describe('a worker folder on a server whose disk the gateway cannot reach', { timeout: 60_000 }, () => {
  test('has the files of the branch, byte for byte, and follows it', async () => {
    const notebook = '{"cells": [],\n"nbformat": 4, "nbformat_minor": 5, "metadata": {}}';
    await layOut({ a: '1', 'b/c d/é%2e.txt': '\u0000ż', 'b/n.ipynb': notebook, gone: '1' });
    expect(paths()).toEqual(['a', 'b/c d/é%2e.txt', 'b/n.ipynb', 'gone']);
    expect(['b/c d/é%2e.txt', 'b/n.ipynb'].map(read)).toEqual(['\u0000ż', notebook]);
    const next = { a: '2', 'b/n.ipynb': `${notebook}\n`, 'new/x': '1', 'new/y': '1' };
    expect(await sync(next)).toEqual({ conflicts: [], failure: undefined });
    expect(paths()).toEqual(Object.keys(next).sort());
    expect(Object.keys(next).map(read)).toEqual(Object.values(next));
  });

  test('keeps what the kernel changed, created or removed, and reports it until both agree', async () => {
    await layOut({ a: '1', b: '1', d: '1' });
    writeFileSync(here('a'), 'mine');
    rmSync(here('b'));
    writeFileSync(here('c'), 'mine');
    mkdirSync(here('e'));
    expect(await sync({ a: '2', b: '2', c: '2', d: '2', e: '2' })).toEqual({
      conflicts: ['a', 'b', 'c', 'e'],
      failure: undefined,
    });
    expect(['a', 'b', 'c', 'd'].map(read)).toEqual(['mine', null, 'mine', '2']);
    writeFileSync(here('b'), '3');
    rmSync(here('e'), { recursive: true });
    expect(await sync({ a: 'mine', b: '3', c: 'mine', e: '3' })).toMatchObject({ conflicts: [] });
    expect(await sync({ a: '4', b: '4', c: '4' })).toMatchObject({ conflicts: [] });
    expect(['a', 'b', 'c', 'd', 'e'].map(read)).toEqual(['4', '4', '4', null, null]);
  });

  test('reports the names that the server refuses as hidden, and has the others', async () => {
    await layOut({ '.env': '1', a: '1', 'b/.hidden/x': '1' });
    expect(paths()).toEqual(['a']);
    expect(await sync({ '.env': '1', a: '2', 'b/.hidden/x': '1' })).toEqual({
      conflicts: ['.env', 'b/.hidden/x'],
      failure: undefined,
    });
    expect(read('a')).toBe('2');
  });

  test('is removed with all its files', async () => {
    await layOut({ 'a/x': '1', b: '1' });
    mkdirSync(here('a/__pycache__'));
    writeFileSync(here('a/__pycache__/x.pyc'), '');
    await removeContentsFolder(contents(), root);
    expect(existsSync(dirname(here('b')))).toBe(false);
    await removeContentsFolder(contents(), root);
  });

  test('fails as unavailable when the server does not answer', async () => {
    const away = new JupyterContents(new JupyterRest({ baseUrl: 'http://127.0.0.1:9/', token: 'x' }));
    await expect(ContentsFolder.open(away, root)).rejects.toMatchObject({ code: 'runtime_unavailable' });
  });

  test('is listed and read without what the server hides', async () => {
    await layOut({ a: '1', 'b/c/d.txt': 'text', '.hidden': 'x' });
    const { reader } = await ContentsFolder.open(contents(), root);
    const { entries, isTruncated } = await reader.list(AbortSignal.timeout(10_000));
    expect([entries.map(({ path, size }) => [path, size]), isTruncated]).toEqual([
      [
        ['a', 1],
        ['b/c/d.txt', 4],
      ],
      false,
    ]);
    const file = await reader.open('b/c/d.txt');
    const parts: Uint8Array[] = [];
    for await (const part of file!.read(1, 3)) parts.push(part);
    expect([file!.size, Buffer.concat(parts).toString()]).toEqual([4, 'ex']);
    for (const path of ['b', 'nothing', '../a', 'b/../a', '']) {
      expect([path, await reader.open(path), await reader.stat(path)]).toEqual([path, null, null]);
    }
  });
});
