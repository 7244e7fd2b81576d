import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { makeBashPython } from '../support/bash-kernel.js';
import { createWorkerSpec } from '../support/jupyter.js';
import { ofType, printed, runCell } from '../support/kernel.js';
import type { OwnPython } from '../support/own-python.js';

/** One worker of a profile with settings, on a Python with the kernels `python3` and `bash`. */
let python: OwnPython;
let root: string;
let spec: WorkerSpec;
let backend: WorkerBackend;
let client: JupyterClient;
beforeAll(async () => {
  python = await makeBashPython();
  const made = await createWorkerSpec();
  ({ root, spec } = made);
  spec.profile.environment = { GREETING: 'hello', LANG: 'C' };
  spec.profile.warmImports = ['wave', 'does_not_exist', 'antigravity_but_not_there.x'];
  // Isolated, it would not see the packages of the tests' Python, which may be below the folder of temporary files.
  const isolation = async () => 'none' as const;
  backend = openExternalBackend({ stateRoot: made.stateRoot, python: async () => python, isolation });
  client = new JupyterClient(await backend.start(spec, () => {}, AbortSignal.timeout(90_000)));
}, 240_000);
afterAll(async () => {
  client?.dispose();
  await backend?.stop(spec.workerId);
  await backend?.close();
  await python?.remove();
  await rm(root, { recursive: true, force: true });
});

const startKernel = (kernelName: string) =>
  client.startKernel({
    kernelName,
    path: '',
    clientId: randomUUID(),
    signal: AbortSignal.timeout(60_000),
  });

test('kernels have the environment of the profile, and no token', async () => {
  const kernel = await startKernel('python3');
  const code = "import os; print(os.environ['GREETING'], os.environ['LANG'], 'JUPYTER_TOKEN' in os.environ)";
  expect((await runCell(kernel, code)).text).toBe('hello C False\n');
});

test('a kernel has the imports of the profile, and each that fails is one line in the log of the worker', async () => {
  const kernel = await startKernel('python3');
  const code = "import sys; print('wave' in sys.modules, '_import_modules' in globals())";
  expect((await runCell(kernel, code)).text).toBe('True False\n');
  const log = await readFile(join(spec.stateDirectory, 'jupyter.log'), 'utf8');
  expect(log).toContain('The module does_not_exist was not imported: ModuleNotFoundError\n');
  expect(log).not.toContain('Traceback');
});

test('a kernel of another language runs cells, keeps its state, and loses no output', async () => {
  const kernel = await startKernel('bash');
  await runCell(kernel, 'cd / && where=$PWD');
  expect((await runCell(kernel, 'echo "$GREETING from $where"')).text).toBe('hello from /\n');
  const { events, reply } = await runCell(kernel, 'for i in $(seq 10000); do echo $i; done');
  expect(reply.status).toBe('ok');
  expect(ofType(events, 'output_lost')).toEqual([]);
  // The kernel itself writes carriage returns into long outputs.
  const numbers = printed(events).trim().split(/\s+/).map(Number);
  expect(numbers).toEqual(Array.from({ length: 10_000 }, (_, index) => index + 1));
}, 60_000);

test('a profile is available while Python has its kernel', async () => {
  const reasonFor = (kernelName: string) => backend.unavailableReason({ ...spec.profile, kernelName });
  expect(await reasonFor('bash')).toBeNull();
  expect(await reasonFor('Python3')).toBeNull();
  expect(await reasonFor('julia-1.10')).toBe(
    'Jupyter has no kernel "julia-1.10" (it has bash, python3); install it, or change the kernel profile.',
  );
});
