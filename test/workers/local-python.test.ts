import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ensureLocalPython } from '../../src/workers/backends/external/local-python.js';
import { runProcess } from '../../src/workers/backends/external/run-process.js';
import { testPython } from '../support/jupyter.js';

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
