import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalReader } from '../../src/workers/local-reader.js';

let root: string;
let reader: LocalReader;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-reader-'));
  mkdirSync(join(root, 'files'));
  reader = new LocalReader(join(root, 'files'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

function write(path: string, text = 'x'): void {
  const file = join(root, 'files', path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

const list = () => reader.list(AbortSignal.timeout(20_000));

async function textOf(path: string): Promise<string | null> {
  const file = await reader.open(path);
  if (!file) return null;
  const chunks: Uint8Array[] = [];
  for await (const chunk of file.read(0, file.size)) chunks.push(chunk);
  await file.close();
  return Buffer.concat(chunks).toString();
}

describe('the listing of a folder', () => {
  it('has the regular files with their sizes, those of the upper folders first', async () => {
    write('z', '123');
    write('a/b/c', '');
    write('a/d', '1');
    const { entries, isTruncated } = await list();
    expect(entries.map(({ path, size }) => [path, size])).toEqual([
      ['z', 3],
      ['a/d', 1],
      ['a/b/c', 0],
    ]);
    expect(isTruncated).toBe(false);
  });

  it('stops at 10,000 files', async () => {
    for (let index = 0; index < 10_001; index++) writeFileSync(join(root, 'files', `${index}`), '');
    const { entries, isTruncated } = await list();
    expect([entries.length, isTruncated]).toEqual([10_000, true]);
  });

  it('leaves out files in deeper folders than 32', async () => {
    write(`${'d/'.repeat(31)}in`);
    write(`${'d/'.repeat(32)}out`);
    const { entries, isTruncated } = await list();
    expect([entries.map(({ path }) => path.slice(-3)), isTruncated]).toEqual([['/in'], true]);
  });

  it('is empty for a folder that does not exist', async () => {
    rmSync(join(root, 'files'), { recursive: true });
    expect(await list()).toEqual({ entries: [], isTruncated: false });
  });

  it('ends when it is aborted', async () => {
    await expect(reader.list(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

/** Replaces a folder by a link, and the link by the folder, without end. */
const swapFolder = `
  const { renameSync, symlinkSync, unlinkSync } = require('node:fs');
  for (;;) {
    renameSync('folder', 'kept');
    symlinkSync('../outside', 'folder');
    unlinkSync('folder');
    renameSync('kept', 'folder');
  }`;

describe('a file', () => {
  it('has another stamp once it was written to', async () => {
    write('a', '1');
    const before = await reader.stat('a');
    write('a', '2');
    expect((await reader.stat('a'))?.stamp).not.toBe(before?.stamp);
  });

  it.each([
    'link',
    'folder/link',
    'linked/secret',
    '../secret',
    'folder',
    'folder/',
    '/etc/passwd',
    'a/../a',
    '',
  ])('is not found at %j', async (path) => {
    writeFileSync(join(root, 'secret'), 'secret');
    write('folder/a');
    write('a');
    symlinkSync(join(root, 'secret'), join(root, 'files/link'));
    symlinkSync(join(root, 'secret'), join(root, 'files/folder/link'));
    symlinkSync(root, join(root, 'files/linked'));
    expect([await textOf(path), await reader.stat(path)]).toEqual([null, null]);
  });

  it.runIf(process.platform === 'linux')(
    'outside is never read while a process replaces folders by links',
    async () => {
      mkdirSync(join(root, 'outside'));
      writeFileSync(join(root, 'outside/a'), 'outside');
      write('folder/a', 'inside');
      // One process, so that nothing of it runs on after its end.
      const swapping = spawn(process.execPath, ['-e', swapFolder], { cwd: join(root, 'files') });
      const exited = once(swapping, 'exit');
      try {
        const texts = new Set<string | null>();
        for (const from = performance.now(); performance.now() - from < 3_000; ) {
          texts.add(await textOf('folder/a'));
          for (const { path, size } of (await list()).entries) if (path === 'folder/a') expect(size).toBe(6);
        }
        expect(texts).toContain('inside');
        expect(texts).not.toContain('outside');
      } finally {
        swapping.kill('SIGKILL');
        await exited;
      }
    },
  );
});
