import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareLocalJupyter } from '../../src/app/prepare-local-jupyter.js';
import { readConfig } from '../../src/config.js';
import { probeIsolation } from '../../src/workers/backends/external/isolation.js';
import { testJupyterHome, testPython } from '../support/jupyter.js';

const best = await probeIsolation((await testPython()).python);

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'prepare-local-jupyter-'));
});
afterAll(() => rm(root, { recursive: true }));

function prepare(environment: Record<string, string>) {
  const own = { DATA_DIR: join(root, 'data'), JUPYTER_HOME: testJupyterHome };
  return prepareLocalJupyter(readConfig({ ...own, ...environment }), pino({ level: 'silent' }));
}

describe('a local Jupyter', () => {
  test('hides the folders of secrets from cells', async () => {
    const variables = { DOCKER_CERT_PATH: join(root, 'engine'), KUBECONFIG: join(root, 'cluster/config') };
    const { options, ready } = prepare(variables);
    const folders = ['data', 'engine', 'cluster'].map((name) => join(root, name));
    expect(options.hiddenFolders).toEqual(expect.arrayContaining(folders));
    expect(await ready).toBeNull();
  });

  test.skipIf(best === 'none')('runs no cells when a secret cannot be hidden from them', async () => {
    const { options, ready } = prepare({ KUBECONFIG: '/etc/kubeconfig' });
    const sentence = 'A variable names a secret in /etc, which cannot be hidden from cells';
    expect(await ready).toContain(sentence);
    await expect(options.python()).rejects.toThrow(sentence);
  });

  test.skipIf(best === 'none')('runs no cells when Python is in a folder that is to be hidden', async () => {
    const { python } = await testPython();
    const venv = join(python, '../..');
    const { options, ready } = prepare({ KUBECONFIG: join(venv, 'config') });
    expect(await ready).toContain(`Python needs ${venv}, which cells must not see`);
    await expect(options.python()).rejects.toMatchObject({ code: 'runtime_unavailable' });
  });
});
