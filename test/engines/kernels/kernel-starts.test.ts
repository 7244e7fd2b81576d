import { randomUUID } from 'node:crypto';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { JupyterClient } from '../../../src/engines/kernels/jupyter-client.js';
import { startTestJupyter, type TestJupyter } from '../../support/jupyter.js';
import { makeOwnPython, type OwnPython } from '../../support/own-python.js';

let python: OwnPython;
let jupyter: TestJupyter;
let client: JupyterClient;
beforeAll(async () => {
  python = await makeOwnPython();
  await addKernel('first-ends', 1);
  await addKernel('always-ends', 100);
  jupyter = await startTestJupyter(async () => python);
  client = new JupyterClient(jupyter.endpoint);
}, 300_000);
afterAll(async () => {
  client?.dispose();
  await jupyter?.close();
  await python?.remove();
}, 30_000);

/** Where the kernel of this name counts its starts, in files. */
const startsOf = (name: string) => join(python.prefix, 'share/jupyter/kernels', name, 'starts');

/** Adds a kernel whose process ends in its first `failures` starts. */
async function addKernel(name: string, failures: number): Promise<void> {
  const starts = startsOf(name);
  await mkdir(starts, { recursive: true });
  const program = `
touch ${starts}/$$
[ $(ls ${starts} | wc -l) -le ${failures} ] && exit 1
exec ${python.python} -m ipykernel_launcher -f "$0"`;
  const argv = ['sh', '-c', program, '{connection_file}'];
  const spec = { argv, display_name: name, language: 'python' };
  await writeFile(join(starts, '../kernel.json'), JSON.stringify(spec));
}

const start = (kernelName: string) =>
  client.startKernel({
    ...{ kernelName, path: '', clientId: randomUUID() },
    signal: AbortSignal.timeout(60_000),
  });

test('a kernel whose process ends while it starts is started again', async () => {
  const kernel = await start('first-ends');
  expect(kernel.status).toBe('idle');
  expect(await readdir(startsOf('first-ends'))).toHaveLength(2);
  expect(await client.kernelIds()).toEqual([kernel.kernelId]);
  await kernel.shutdown();
});

test('a kernel whose process ends in every start is given up after three, and none is left', async () => {
  await expect(start('always-ends')).rejects.toMatchObject({
    code: 'runtime_unavailable',
    message: 'The process of the kernel ended while it started; try again, or check its kernelspec.',
  });
  expect(await readdir(startsOf('always-ends'))).toHaveLength(3);
  expect(await client.kernelIds()).toEqual([]);
});
