import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { objectId } from '../../src/engines/git/object-id.js';
import { JupyterContents } from '../../src/engines/kernels/jupyter-contents.js';
import { JupyterRest } from '../../src/engines/kernels/jupyter-rest.js';
import { freePort } from '../support/free-port.js';
import { testPython } from '../support/jupyter.js';
import { untilSuccess } from '../support/until-success.js';

// The program of the worker image, with the Python of the local workers. The tests in containers run it within the image.
const program = 'deploy/worker/start';
/** Jupyter does not start as root, as which tests may run, and the image has a user of its own. */
const asUser = `import os, runpy
os.geteuid = lambda: 1000
runpy.run_path('${program}', run_name='__main__')`;
const mebibyte = 1024 * 1024;
let folder: string;
let server: ChildProcess;
/** A second one, which listens on a port. */
let onPort: ChildProcess;
let port: number;
let contents: JupyterContents;
beforeAll(async () => {
  const { python } = await testPython();
  folder = await mkdtemp(join(tmpdir(), 'worker-program-'));
  const socket = join(folder, 'jupyter.sock');
  for (const name of ['work', 'home']) await mkdir(join(folder, name));
  const start = (listening: Record<string, string>) =>
    spawn(python, ['-I', '-B', '-c', asUser], {
      env: {
        ...{ PATH: process.env.PATH, HOME: join(folder, 'home'), JUPYTER_TOKEN: 'secret' },
        ...{ WORKER_ROOT: join(folder, 'work'), ...listening },
      },
      stdio: 'ignore',
    });
  server = start({ WORKER_SOCKET: socket });
  port = await freePort('::');
  onPort = start({ WORKER_PORT: String(port) });
  const connectToWorker = async () => {
    const connection = connect(socket);
    await once(connection, 'connect');
    return connection;
  };
  const rest = new JupyterRest({ baseUrl: 'http://localhost/', token: 'secret', connect: connectToWorker });
  contents = new JupyterContents(rest);
  await untilSuccess('Jupyter', 60_000, async () => {
    if ((await contents.changeMany(new Map())) === null) throw new Error('It does not answer.');
  });
}, 300_000);
afterAll(async () => {
  for (const each of [server, onPort]) {
    if (each?.exitCode !== null || each.signalCode !== null) continue;
    each.kill('SIGTERM');
    await once(each, 'exit');
  }
  if (folder) await rm(folder, { recursive: true, force: true });
});

it.each(['127.0.0.1', ...(networkInterfaces().lo?.some(({ family }) => family === 'IPv6') ? ['[::1]'] : [])])(
  'a server with a port answers at all addresses, e.g. %s',
  async (host) => {
    const answer = () =>
      fetch(`http://${host}:${port}/api/status`, { headers: { authorization: 'token secret' } });
    await untilSuccess('Jupyter', 60_000, async () => expect((await answer()).status).toBe(200));
  },
);

it.each([
  ['replaces and removes', '2 MiB', 2 * mebibyte, true],
  ['leaves alone', 'over 2 MiB', 2 * mebibyte + 1, false],
])('a batch %s a file of %s', async (_what, _size, bytes, isChanged) => {
  const old = Buffer.alloc(bytes, 'a');
  const file = join(folder, 'work', 'large.txt');
  await writeFile(file, old);
  const change = async (to: Buffer | null) => {
    const changes = new Map([['large.txt', { before: objectId('blob', old), bytes: to }]]);
    return [...(await contents.changeMany(changes))!];
  };
  const done = isChanged ? ['large.txt'] : [];
  expect(await change(null)).toEqual(done);
  await writeFile(file, old);
  const wanted = Buffer.from('new');
  expect(await change(wanted)).toEqual(done);
  expect((await readFile(file)).equals(isChanged ? wanted : old)).toBe(true);
});
