import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Container } from 'dockerode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import { JupyterContents } from '../../src/engines/kernels/jupyter-contents.js';
import { JupyterRest } from '../../src/engines/kernels/jupyter-rest.js';
import { dockerEngine } from '../support/docker-engine.js';
import { infrastructureVariable } from '../support/infrastructure.js';
import { runCell } from '../support/kernel.js';
import { untilSuccess } from '../support/until-success.js';

// Tests that run as root cannot run the worker as their own user.
const uid = process.getuid?.() || 1000;
const token = randomUUID();
let folder: string;
let container: Container;
let client: JupyterClient;
let rest: JupyterRest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'worker-image-'));
  for (const name of ['work', 'socket']) {
    await mkdir(join(folder, name));
    await chown(join(folder, name), uid, uid);
  }
  await writeFile(join(folder, 'token'), token, { mode: 0o400 });
  await chown(join(folder, 'token'), uid, uid);
  container = await dockerEngine().createContainer(hardenedWorker());
  await container.start();
  const endpoint = { baseUrl: 'http://localhost/', token, connect: connectToWorker };
  client = new JupyterClient(endpoint);
  rest = new JupyterRest(endpoint);
  await untilSuccess('Jupyter', 30_000, () => client.probe(2000));
});

afterAll(async () => {
  client?.dispose();
  await container?.remove({ force: true });
  await rm(folder, { recursive: true, force: true });
});

async function connectToWorker() {
  const socket = connect(join(folder, 'socket/jupyter.sock'));
  await once(socket, 'connect');
  return socket;
}

function hardenedWorker() {
  const home = `rw,noexec,nosuid,nodev,size=64m,uid=${uid},gid=${uid},mode=0700`;
  return {
    Image: infrastructureVariable('TEST_WORKER_IMAGE'),
    User: `${uid}:${uid}`,
    Env: ['WORKER_TOKEN_FILE=/run/token', 'WORKER_SOCKET=/run/worker/jupyter.sock'],
    HostConfig: {
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
      ReadonlyRootfs: true,
      NetworkMode: 'none',
      Init: true,
      PidsLimit: 128,
      Tmpfs: { '/tmp': 'rw,noexec,nosuid,nodev,size=64m,mode=1777', '/home/worker': home },
      Mounts: [
        { Type: 'bind' as const, Source: join(folder, 'work'), Target: '/work' },
        { Type: 'bind' as const, Source: join(folder, 'socket'), Target: '/run/worker' },
        { Type: 'bind' as const, Source: join(folder, 'token'), Target: '/run/token', ReadOnly: true },
      ],
    },
  };
}

/** Starts a kernel and runs one cell. */
async function run(kernelName: string, code: string): Promise<string> {
  const signal = AbortSignal.timeout(60_000);
  const kernel = await client.startKernel({ kernelName, path: '', clientId: randomUUID(), signal });
  return (await runCell(kernel, code)).text;
}

it('runs Python without root, capabilities, a network and a writable root', async () => {
  const printed = await run(
    'python3',
    `
import json, os
status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
def writable(path):
    try:
        open(path, 'w').close()
        return True
    except OSError:
        return False
print(json.dumps({
    'uid': os.getuid(),
    'capabilities': int(status['CapEff'], 16) | int(status['CapBnd'], 16),
    'no_new_privileges': status['NoNewPrivs'],
    'interfaces': os.listdir('/sys/class/net'),
    'writable': [path for path in ('/etc/x', '/opt/venv/x', '/tmp/x', '/home/worker/x', '/work/x') if writable(path)],
    'folder': os.getcwd(),
}))`,
  );
  expect(JSON.parse(printed)).toEqual({
    uid,
    capabilities: 0,
    no_new_privileges: '1',
    interfaces: ['lo'],
    writable: ['/tmp/x', '/home/worker/x', '/work/x'],
    folder: '/work',
  });
});

it('runs Bash, whose environment has neither the token nor the settings of the server', async () => {
  const names = (await run('bash', 'compgen -e')).split('\n');
  expect(names).toContain('HOME');
  expect(names.filter((name) => /^WORKER_|TOKEN/.test(name))).toEqual([]);
});

it('does not limit the rate of output', async () => {
  const text = await run('python3', "print('x' * 10_000_000)");
  expect(text.length).toBe(10_000_001);
});

it('has no terminals', async () => {
  expect(await rest.request('GET', 'api/terminals', { timeoutMs: 5000 })).toMatchObject({ status: 404 });
});

it('writes and deletes hidden files, and has no trash among the files', async () => {
  const contents = new JupyterContents(rest);
  expect(await contents.write('.gitignore', Buffer.from('*.tmp\n'))).toBe(true);
  expect(await readFile(join(folder, 'work/.gitignore'), 'utf8')).toBe('*.tmp\n');
  expect(await contents.remove('.gitignore')).toBe(true);
  const names = await readdir(join(folder, 'work'));
  expect(names.filter((name) => /^\.(gitignore|Trash)/.test(name))).toEqual([]);
});
