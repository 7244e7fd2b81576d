import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { LocalFolder } from '../../src/workers/local-folder.js';

let root: string;
let files: string;
let outside: string;
let folder: LocalFolder;
const isRoot = process.getuid?.() === 0;
const owner = isRoot ? { uid: 0x70000001, gid: 0x70000001 } : undefined;
const nothing = { oid: null, stamp: '' };

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'local-folder-'));
  files = join(root, 'files');
  outside = join(root, 'outside');
  mkdirSync(files);
  mkdirSync(join(outside, 'sub/empty'), { recursive: true });
  writeFileSync(join(outside, 'file'), 'theirs');
  writeFileSync(join(outside, 'sub/file'), 'theirs');
  folder = await LocalFolder.open(files, join(root, 'incoming'), owner);
});

afterEach(() => rm(root, { recursive: true, force: true }));

/** Everything outside of the folder, with owners and contents. */
function outsideNow(): unknown[] {
  return readdirSync(outside, { recursive: true, encoding: 'utf8' })
    .sort()
    .map((path) => {
      const stats = statSync(join(outside, path));
      const text = stats.isFile() ? readFileSync(join(outside, path), 'utf8') : null;
      return { path, uid: stats.uid, mode: stats.mode, text };
    });
}

async function tryAll(path: string): Promise<void> {
  const found = await folder.look(path);
  await folder.put(path, Buffer.from('ours'), found);
  await folder.put(path, Buffer.from('ours'), nothing);
  await folder.remove(path, await folder.look(path));
  await folder.removeEmptyFolder(path);
}

describe('a local folder', () => {
  test.each([
    '../outside/file',
    'a/../../outside/file',
    '/outside/file',
    '.',
    '..',
    '',
    'a//b',
    './a',
    'a/.',
    'a\0b',
    '.git/config',
    'sub/.GIT/hooks/post-checkout',
    'git~1/config',
    '.g\u200cit/config',
    '.git ./config',
  ])('touches nothing at the path %j, which no file of a branch has', async (path) => {
    const before = outsideNow();
    expect(await folder.look(path)).toEqual({ oid: 'other', stamp: '' });
    expect(await folder.put(path, Buffer.from('ours'), nothing)).toBe(false);
    expect(await folder.remove(path, nothing)).toBe(false);
    await folder.removeEmptyFolder(path);
    expect(outsideNow()).toEqual(before);
    expect(readdirSync(files)).toEqual([]);
  });

  test('follows no link, neither at the end of a path nor before', async () => {
    const before = outsideNow();
    symlinkSync(outside, join(files, 'folder'));
    symlinkSync(join(outside, 'file'), join(files, 'file'));
    symlinkSync('/proc/self/fd', join(files, 'descriptors'));
    mkdirSync(join(files, 'own'));
    symlinkSync(join(outside, 'sub'), join(files, 'own/sub'));
    for (const path of [
      'folder',
      'folder/file',
      'folder/sub/empty',
      'file',
      'own/sub/empty',
      'own',
      'descriptors/1',
    ]) {
      expect((await folder.look(path)).oid).toBe('other');
      expect(await folder.put(path, Buffer.from('ours'), nothing)).toBe(false);
      await folder.removeEmptyFolder(path);
    }
    await folder.remove('folder/file', await folder.look('folder/file'));
    await folder.put('folder/file', Buffer.from('ours'), { oid: 'other', stamp: '' });
    expect(outsideNow()).toEqual(before);
  });

  test.skipIf(!isRoot)('gives what it writes to its owner', async () => {
    expect(await folder.put('a/b/file', Buffer.from('ours'), nothing)).toBe(true);
    for (const path of ['', 'a', 'a/b', 'a/b/file']) {
      const { uid, gid } = statSync(join(files, path));
      expect({ uid, gid }).toEqual(owner);
    }
  });

  test('waits neither for a pipe nor for a socket, and does not read a file without end', async () => {
    execFileSync('python3', ['-c', 'import os, sys; os.mkfifo(sys.argv[1])', join(files, 'pipe')]);
    const server = createServer().listen(join(files, 'socket'));
    await once(server, 'listening');
    writeFileSync(join(files, 'huge'), '');
    truncateSync(join(files, 'huge'), 2 ** 42);
    for (const name of ['pipe', 'socket', 'huge']) expect((await folder.look(name)).oid).toBe('other');
    server.close();
  });

  test('leaves deep and wide trees as they are', async () => {
    mkdirSync(join(files, 'deep', ...Array(300).fill('d')), { recursive: true });
    await folder.removeEmptyFolder('deep');
    expect(readdirSync(join(files, 'deep'))).toEqual(['d']);
    mkdirSync(join(files, 'shallow', ...Array(50).fill('d')), { recursive: true });
    await folder.removeEmptyFolder('shallow');
    expect(readdirSync(files)).toEqual(['deep']);
  });
});

// Replaces the folder by a link to the outside and back, as fast as it can.
const swapping = `
import os, sys
os.chdir(sys.argv[1])
print('ready', flush=True)
while True:
    try:
        os.makedirs('data/sub/empty', exist_ok=True)
        os.rename('data', 'away')
        os.symlink('../outside', 'data')
        os.unlink('data')
        os.rename('away', 'data')
    except OSError:
        os.system('rm -rf data away')
`;

test.runIf(process.platform === 'linux')(
  'stays inside while a process swaps a folder and a link',
  { timeout: 60_000 },
  async () => {
    const before = outsideNow();
    const kernel = spawn('python3', ['-I', '-c', swapping, files], { stdio: ['ignore', 'pipe', 'ignore'] });
    try {
      await once(kernel.stdout, 'data');
      const until = performance.now() + 8_000;
      let written = 0;
      while (performance.now() < until) {
        for (const path of ['data/new', 'data/sub/new', 'data/sub/deep/new', 'data/file', 'data/sub', 'data'])
          await tryAll(path).catch(() => {});
        const put = await folder.put('data/kept', Buffer.from('ours'), nothing).catch(() => false);
        if (put) written += 1;
        await folder.remove('data/kept', await folder.look('data/kept').catch(() => nothing)).catch(() => {});
      }
      expect(written).toBeGreaterThan(0);
    } finally {
      kernel.kill('SIGKILL');
      await once(kernel, 'exit');
    }
    expect(outsideNow()).toEqual(before);
  },
);
