import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { demoPlot } from '../../prisma/seed.js';
import { ensureLocalPython, plotting } from '../../src/workers/backends/external/local-python.js';
import { runProcess } from '../../src/workers/backends/external/run-process.js';
import { testPython } from '../support/jupyter.js';
import { pythonWith } from '../support/python-environment.js';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'notebook-gateway-python-'));
});

afterEach(() => rm(directory, { recursive: true, force: true }));

const report = () => {};

describe('ensureLocalPython', { timeout: 300_000 }, () => {
  test('uses a Python on PATH that has Jupyter Server', async () => {
    const folder = dirname((await testPython()).python);
    const found = await ensureLocalPython({ directory, report, env: { PATH: folder } });
    expect(found.origin).toBe('found');
    expect(dirname(found.python)).toBe(folder);
    expect(await readdir(directory)).toEqual([]);
  });

  test('keeps an environment that it created', async () => {
    const first = await testPython();
    const { ctimeMs } = await stat(first.python);
    expect(await testPython()).toEqual(first);
    expect((await stat(first.python)).ctimeMs).toBe(ctimeMs);
  });

  test('uses a Python on PATH that cannot draw only where no environment can be made', async () => {
    const folder = dirname((await testPython()).python);
    // Without an index pip installs nothing, after the environment was made.
    const env = { PATH: `${folder}:/usr/bin:/bin`, PIP_NO_INDEX: '1' };
    const messages: string[] = [];
    const note = (message: string) => messages.push(message);
    const found = await ensureLocalPython({ directory, report: note, withPlotting: true, env });
    expect(found.origin).toBe('found');
    expect(dirname(found.python)).toBe(folder);
    expect(messages).toContain('Creating a Python environment');
    expect(messages.at(-1)).toMatch(/could not import matplotlib/);
  });

  test.each([
    ['stays as it is where pip fails', 'case "$*" in *pip*) exit 1;; esac', 'of an earlier version'],
    // The test has all other packages, and no index.
    ['is without plots where only they cannot be had', '', expect.stringMatching(/^[0-9a-f]{64}$/)],
  ])('an environment of an earlier version is kept: it %s', async (_what, line, marker) => {
    const { python } = await testPython();
    const venv = join(directory, 'venv');
    await mkdir(join(venv, 'bin'), { recursive: true });
    const program = `#!/bin/sh\n${line}\nexec ${python} "$@"\n`;
    await writeFile(join(venv, 'bin', 'python'), program, { mode: 0o755 });
    await writeFile(join(venv, 'requirements.sha256'), 'of an earlier version');
    const env = { PATH: '/usr/bin:/bin', PIP_NO_INDEX: '1' };
    const found = await ensureLocalPython({ directory, report, withPlotting: true, env });
    expect(found).toEqual({ python: join(venv, 'bin', 'python'), origin: 'venv' });
    expect(await readFile(join(venv, 'requirements.sha256'), 'utf8')).toEqual(marker);
  });

  test('the packages for plotting draw the plot of the demo', async () => {
    const python = await pythonWith('plotting-1', [...plotting]);
    const printSize =
      'import io, matplotlib.pyplot as p\nb = io.BytesIO(); p.savefig(b); print(len(b.getvalue()))';
    const env = { MPLBACKEND: 'Agg', HOME: directory };
    const printed = await runProcess(python, ['-c', `${demoPlot}\n${printSize}`], {
      env,
      timeoutMs: 120_000,
    });
    expect(Number(printed)).toBeGreaterThan(5_000);
  });

  test('says what to install when there is no Python', async () => {
    const none = ensureLocalPython({ directory, report, env: { PATH: directory } });
    await expect(none).rejects.toMatchObject({
      code: 'runtime_unavailable',
      message:
        'No Python was found. Install Python 3.9 or newer with venv (Debian: apt-get install python3-venv) and start again.',
    });
  });

  test('says what to install when Python has no venv module', async () => {
    const fake = ['#!/bin/sh', `case "$*" in *"print(sys.executable)"*) echo "$0";; *) exit 1;; esac`].join(
      '\n',
    );
    await writeFile(join(directory, 'python3'), fake, { mode: 0o755 });
    const none = ensureLocalPython({ directory: join(directory, 'home'), report, env: { PATH: directory } });
    await expect(none).rejects.toThrow(/python3-venv/);
  });

  test('creates an incomplete environment again', async () => {
    const { python } = await testPython();
    const printBase = 'import sys; print(sys.base_prefix)';
    const base = (await runProcess(python, ['-c', printBase], { env: {}, timeoutMs: 10_000 })).trim();
    // Without an index pip installs nothing, after the environment was made.
    const env = { PATH: join(base, 'bin'), PIP_NO_INDEX: '1' };
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const messages: string[] = [];
      const making = ensureLocalPython({ directory, report: (message) => messages.push(message), env });
      await expect(making).rejects.toThrow(/could not be installed/);
      expect(messages).toContain('Creating a Python environment');
      expect(await readdir(join(directory, 'venv', 'bin'))).toContain('python');
    }
  });
});
