import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeTree } from '../../src/workers/remove-tree.js';
import { makeDeepTree } from '../support/deep-tree.js';
import { testPython } from '../support/jupyter.js';
import { asOrdinaryUser, isRoot, nobody } from '../support/ordinary-user.js';

/** Replaces folders by a link below the first argument, and a folder there again, as fast as it can. */
const swapForEver = `
import os, sys
root, outside = sys.argv[1:]
while True:
    for index in range(10):
        for path in (f'{root}/folder-{index}', f'{root}/folder-{index}/inner'):
            try:
                os.rename(path, path + '-moved')
                os.symlink(outside, path)
                os.unlink(path)
                os.rename(path + '-moved', path)
            except OSError:
                pass
`;

/** Makes a folder with as many files and folders as the arguments say. */
const makeWide = `
import os, sys
root, files, folders = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
os.mkdir(root)
for index in range(files): open(f'{root}/file-{index}', 'w').close()
for index in range(folders): os.mkdir(f'{root}/folder-{index}')
`;

const execute = promisify(execFile);

let parent: string;
let root: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'remove-tree-'));
  if (isRoot) await chown(parent, nobody, nobody);
  root = join(parent, 'root');
});
afterEach(() => removeTree(parent));

it('a tree is removed whose paths are too long for the system, which a plain removal leaves', async () => {
  await asOrdinaryUser(async () => {
    await mkdir(root);
    makeDeepTree(root);
  });
  await expect(rm(root, { recursive: true })).rejects.toMatchObject({ code: 'ENAMETOOLONG' });
  await removeTree(root);
  expect(await readdir(parent)).toEqual([]);
});

it.each([
  ['0555', 0o555],
  ['0333', 0o333],
  ['0000', 0o000],
])('a tree is removed with folders of the mode %s', (_name, mode) =>
  asOrdinaryUser(async () => {
    const inner = join(root, 'outer/inner');
    await mkdir(join(inner, 'last'), { recursive: true });
    await writeFile(join(inner, 'file'), '');
    await writeFile(join(inner, 'last/file'), '');
    for (const folder of [join(inner, 'last'), inner, join(root, 'outer'), root]) await chmod(folder, mode);
    await expect(rm(root, { recursive: true })).rejects.toMatchObject({ code: 'EACCES' });
    await removeTree(root);
    expect(await readdir(parent)).toEqual([]);
  }),
);

it.each([
  ['0500', 0o500],
  ['0000', 0o000],
])('a root of the mode %s is removed that has only empty folders', (_name, mode) =>
  asOrdinaryUser(async () => {
    for (const name of ['first', 'second']) await mkdir(join(root, name), { recursive: true });
    await chmod(root, mode);
    await removeTree(root);
    expect(await readdir(parent)).toEqual([]);
  }),
);

it('a folder with very many files and folders is removed with little memory', {
  timeout: 240_000,
}, async () => {
  const { python } = await testPython();
  await mkdir(root);
  await execute(python, ['-I', '-c', makeWide, join(root, 'wide'), '20000', '2000']);
  const module = new URL('../../src/workers/remove-tree.ts', import.meta.url);
  const script = `import { removeTree } from '${module}'; await removeTree(process.argv[1]);`;
  const options = ['--max-old-space-size=20', '--import', 'tsx', '--input-type=module', '-e', script];
  await execute(process.execPath, [...options, root]);
  expect(await readdir(parent)).toEqual([]);
});

it('a deep tree is removed with folders that have no rights', () =>
  asOrdinaryUser(async () => {
    await mkdir(join(root, 'closed/folder'), { recursive: true });
    makeDeepTree(join(root, 'closed/folder'));
    makeDeepTree(root);
    await chmod(join(root, 'closed'), 0);
    await removeTree(root);
    expect(await readdir(parent)).toEqual([]);
  }));

it('links are removed and not followed: neither the content nor the rights of their targets change', async () => {
  const outside = join(parent, 'outside');
  await mkdir(outside, { mode: 0o750 });
  await writeFile(join(outside, 'file'), 'kept', { mode: 0o640 });
  await mkdir(root);
  makeDeepTree(root);
  await symlink(outside, join(root, 'folder'));
  await symlink(join(outside, 'file'), join(root, 'file'));
  await symlink(root, join(root, 'itself'));
  await symlink('nowhere', join(root, 'broken'));
  await removeTree(root);
  expect(await readdir(parent)).toEqual(['outside']);
  expect((await stat(outside)).mode & 0o777).toBe(0o750);
  expect((await stat(join(outside, 'file'))).mode & 0o777).toBe(0o640);

  await symlink(outside, root);
  await removeTree(root);
  expect(existsSync(root)).toBe(false);
  expect(await readdir(outside)).toEqual(['file']);
});

it('names need not be UTF-8', async () => {
  await mkdir(root);
  makeDeepTree(root);
  const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe])]);
  await mkdir(name);
  await writeFile(Buffer.concat([name, Buffer.from('/'), Buffer.from([0xf0])]), '');
  await removeTree(root);
  expect(await readdir(parent)).toEqual([]);
});

it('nothing at the path, and a file there, are no errors', async () => {
  await removeTree(root);
  await writeFile(root, '');
  await removeTree(root);
  expect(await readdir(parent)).toEqual([]);
});

it.runIf(isRoot)('what another user has made is an error for an ordinary user', async () => {
  await asOrdinaryUser(() => mkdir(root));
  await mkdir(join(root, 'foreign'));
  await writeFile(join(root, 'foreign/file'), '');
  await expect(asOrdinaryUser(() => removeTree(root))).rejects.toMatchObject({ code: 'EPERM' });
  expect(existsSync(join(root, 'foreign/file'))).toBe(true);
});

it.runIf(process.platform === 'linux')(
  'a folder that becomes a link meanwhile does not lead out of the tree',
  { timeout: 120_000 },
  async () => {
    const outside = join(parent, 'outside');
    await mkdir(join(outside, 'folder'), { recursive: true });
    const kept = ['folder/kept', ...Array.from({ length: 20 }, (_, index) => `kept-${index}`)];
    for (const name of kept) await writeFile(join(outside, name), '');
    const { python } = await testPython();
    const swapper = spawn(python, ['-I', '-c', swapForEver, root, outside], { stdio: 'inherit' });
    try {
      const until = performance.now() + 8_000;
      for (let round = 0; round < 300 && performance.now() < until; round += 1) {
        for (let index = 0; index < 10; index += 1)
          await mkdir(join(root, `folder-${index}/inner`), { recursive: true }).catch(() => {});
        // What is put there while it is removed may remain.
        await removeTree(root).catch(() => {});
        expect(await readdir(outside, { recursive: true })).toEqual(expect.arrayContaining(kept));
      }
    } finally {
      swapper.kill('SIGKILL');
      await once(swapper, 'exit');
    }
  },
);
