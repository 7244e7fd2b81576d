import { mkdir, mkdtemp, readdir, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installWithinLimits } from '../../src/workers/backends/environments/install-within-limits.js';
import { removeTree } from '../../src/workers/remove-tree.js';
import { makeDeepTree } from '../support/deep-tree.js';
import { isRoot, nobody } from '../support/ordinary-user.js';

let root: string;
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'install-'));
  directory = join(root, 'partial');
});
afterEach(() => removeTree(root));

/** Installs with an installer that does `work` in the folder. */
const install = (work: () => Promise<unknown>, uid: number | null = null) =>
  installWithinLimits(
    {
      directory,
      requirements: 'a\n',
      uid,
      environment: {},
      async run() {
        await work();
        return { succeeded: true, output: '' };
      },
    },
    new AbortController().signal,
  );

it('refuses packages that replace their folder by a link: workers would get what it leads to', async () => {
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

it('removes what pip left, also where its paths are too long for the system', async () => {
  await install(async () => makeDeepTree(join(directory, 'build')));
  expect(await readdir(directory)).toEqual(['site']);
});

it.runIf(isRoot)('refuses packages whose paths are too long to give them to the gateway', async () => {
  const installing = install(async () => {
    await mkdir(join(directory, 'site'));
    makeDeepTree(join(directory, 'site'));
  }, nobody);
  await expect(installing).rejects.toThrow('the paths of its packages are too long');
});

it('says why pip failed, without the values of the environment', async () => {
  const environment = { INDEX: 'value-of-the-profile' };
  const run = async () => ({ succeeded: false, output: 'ERROR: no value-of-the-profile\n' });
  const installing = installWithinLimits(
    { directory, requirements: 'a\n', uid: null, environment, run },
    new AbortController().signal,
  );
  await expect(installing).rejects.toThrow('could not be installed: no [hidden]. Change it');
});
