import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installWithinLimits } from '../../src/workers/backends/environments/install-within-limits.js';

let root: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'install-'));
  directory = join(root, 'partial');
});
afterEach(() => rm(root, { recursive: true, force: true }));

/** Installs with an installer that does `work` in the folder. */
const install = (work: () => Promise<unknown>) =>
  installWithinLimits(
    {
      directory,
      requirements: 'a\n',
      uid: null,
      async run() {
        await work();
        return { succeeded: true, output: '' };
      },
    },
    new AbortController().signal,
  );

it('refuses packages that put a link in the place of their folder: workers would get what it leads to', async () => {
  await expect(install(() => symlink('/etc', join(directory, 'site')))).rejects.toThrow(
    'its packages replaced their folder',
  );
  await expect(install(() => writeFile(join(directory, 'site'), ''))).rejects.toThrow();
});

it('leaves the packages alone, readable for all, and says how large they are', async () => {
  const bytes = await install(async () => {
    await mkdir(join(directory, 'site'), { mode: 0o700 });
    await writeFile(join(directory, 'site/module.py'), 'x'.repeat(1_000));
  });
  expect(bytes).toBe(1_000);
  expect(await readdir(directory)).toEqual(['site']);
  expect((await stat(join(directory, 'site'))).mode & 0o777).toBe(0o755);
});
