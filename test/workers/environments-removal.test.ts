import { existsSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Environments } from '../../src/workers/backends/environments/environments.js';
import { removeTree } from '../../src/workers/remove-tree.js';
import { makeDeepTree } from '../support/deep-tree.js';
import { asOrdinaryUser, isRoot, nobody } from '../support/ordinary-user.js';

let directory: string;
let logged: string[];
let environments: Environments;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'environments-'));
  if (isRoot) await chown(directory, nobody, nobody);
  logged = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => logged.push(line) });
  environments = new Environments({ directory, isRunning: async () => false, maxEnvironments: 1, log });
});
afterEach(() => removeTree(directory));

const installNothing = async (folder: string) => {
  await mkdir(join(folder, 'site'), { recursive: true });
  return 1;
};
const folderFor = (scope: string, install: (folder: string) => Promise<number> = installNothing) =>
  environments.folderFor(
    'worker',
    { scope, text: 'a\n', identity: [], install },
    AbortSignal.timeout(20_000),
  );
const stale = (name: string) => `partial-${Date.now() - 3_600_000}-${name}`;
const partials = async () => (await readdir(directory)).filter((name) => name.startsWith('partial-'));

describe('what code of packages made', () => {
  it('is removed after a build that failed, and the error is that of the build', () =>
    asOrdinaryUser(async () => {
      const failing = folderFor('one', async (folder) => {
        await mkdir(join(folder, 'build/closed/folder'), { recursive: true });
        makeDeepTree(join(folder, 'build'));
        await chmod(join(folder, 'build/closed'), 0);
        throw new Error('pip failed');
      });
      await expect(failing).rejects.toThrow('pip failed');
      expect(await readdir(directory)).toEqual([]);
      expect(logged).toEqual([]);
    }));

  it('stays while it may run on, and is removed when nothing does', async () => {
    const left = environments.folderFor(
      'worker',
      {
        ...{ scope: 'one', text: 'a\n', identity: [] },
        async install(folder, _text, _signal, onStillRunning) {
          await mkdir(join(folder, 'build'), { recursive: true });
          onStillRunning();
          throw new Error('the engine does not answer');
        },
      },
      AbortSignal.timeout(20_000),
    );
    await expect(left).rejects.toThrow('the engine does not answer');
    expect(await partials()).toHaveLength(1);
    await folderFor('two');
    expect(await partials()).toHaveLength(1);
    await environments.removeUnfinished();
    expect(await partials()).toEqual([]);
  });

  it('is removed when the gateway was killed meanwhile', () =>
    asOrdinaryUser(async () => {
      const partial = join(directory, `partial-${Date.now()}-x`);
      await mkdir(join(partial, 'build'), { recursive: true });
      makeDeepTree(join(partial, 'build'));
      await chmod(partial, 0o555);
      await environments.removeUnfinished();
      expect(await readdir(directory)).toEqual([]);
    }));
});

describe.runIf(isRoot)('a folder that cannot be removed', () => {
  /** Makes what only root can remove. */
  async function makeForeign(folder: string): Promise<void> {
    await mkdir(join(folder, 'foreign'), { recursive: true });
    await writeFile(join(folder, 'foreign/file'), '');
  }

  it('is logged, and the others are removed', async () => {
    const [first, last] = [stale('a'), stale('z')];
    for (const name of [first, last]) await makeForeign(join(directory, name));
    await asOrdinaryUser(async () => {
      await mkdir(join(directory, stale('m'), 'site'), { recursive: true });
      await environments.removeUnfinished();
    });
    expect((await partials()).sort()).toEqual([first, last].sort());
    expect(logged).toHaveLength(2);
    expect(logged.join('')).toContain(join(directory, first));
  });

  it('does not stop builds, and is removed once that is possible', async () => {
    await makeForeign(join(directory, stale('x')));
    await asOrdinaryUser(async () => {
      expect(existsSync(await folderFor('one'))).toBe(true);
      expect(existsSync(await folderFor('two'))).toBe(true);
    });
    expect(await partials()).toHaveLength(1);
    await folderFor('three');
    expect(await partials()).toEqual([]);
  });

  it('is neither used as an environment nor in the way of the same one', async () => {
    const site = await asOrdinaryUser(() => folderFor('one'));
    await makeForeign(site);
    await asOrdinaryUser(async () => {
      await folderFor('two');
      expect(existsSync(site)).toBe(false);
      expect(await folderFor('one')).toBe(site);
    });
    expect(await readdir(site)).toEqual([]);
  });
});
