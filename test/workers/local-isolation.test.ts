import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { type Isolation, probeIsolation } from '../../src/workers/backends/external/isolation.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import { LocalFolder } from '../../src/workers/local-folder.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { createWorkerSpec, testPython } from '../support/jupyter.js';
import { runCell, startPython } from '../support/kernel.js';

const best = await probeIsolation((await testPython()).python);
/** What this machine and this user allow; `users` needs root. */
const possible = (['users', 'namespaces'] as const).slice(
  best === 'users' ? 0 : best === 'namespaces' ? 1 : 2,
);

// So that a run that is to show one of them cannot pass with another.
const { TEST_ISOLATION: wanted = best } = process.env;
if (best !== wanted) throw new Error(`This machine and this user allow "${best}", not "${wanted}".`);

let root: string;
let stateRoot: string;
let spec: WorkerSpec;
let backend: WorkerBackend;
let victim: ChildProcess;

function open(isolation: Isolation, orphanMs?: number): WorkerBackend {
  const options = { isolation: async () => isolation, hiddenFolders: [root], orphanMs };
  return openExternalBackend({ stateRoot, python: testPython, ...options });
}

/** The processes of the worker: its launcher, its server, its kernels and what they started. */
async function processesOfWorker(): Promise<string[]> {
  const found: string[] = [];
  for (const pid of await readdir('/proc')) {
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (environment.includes(spec.stateDirectory)) found.push(pid);
  }
  return found;
}

/** A terminal of the machine that belongs to the user of the tests. @returns its path, and the process that ends it */
async function openTerminal(): Promise<{ path: string; process: ChildProcess }> {
  const program =
    'import os, sys; _, it = os.openpty(); print(os.ttyname(it), end="", flush=True); sys.stdin.read()';
  const { python } = await testPython();
  const terminal = spawn(python, ['-I', '-c', program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [path] = await once(terminal.stdout, 'data');
  return { path: String(path), process: terminal };
}

/** What a cell of the worker prints. */
async function run(code: string): Promise<string> {
  const endpoint =
    (await backend.running()).get(spec.workerId) ??
    (await backend.start(spec, () => {}, AbortSignal.timeout(60_000)));
  const client = new JupyterClient(endpoint as JupyterEndpoint);
  try {
    const kernel = await startPython(client);
    const { text, reply } = await runCell(kernel, code);
    await kernel.shutdown();
    expect(reply).toMatchObject({ status: 'ok' });
    return text;
  } finally {
    client.dispose();
  }
}

beforeEach(async () => {
  // Not below /tmp, which is another folder in the namespaces of a worker.
  ({ root, stateRoot, spec } = await createWorkerSpec(join(process.cwd(), 'node_modules/.cache')));
  victim = spawn('sleep', ['600'], { env: { ADMIN_TOKEN: 'the-secret-of-a-process' }, stdio: 'ignore' });
  for (const folder of ['database', 'workers/other/files'])
    await mkdir(join(root, folder), { recursive: true });
  for (const file of ['secrets-key', 'admin-token', 'database/rows', 'workers/other/files/theirs'])
    await writeFile(join(root, file), 'the-secret-of-a-file', { mode: 0o644 });
});

afterEach(async () => {
  victim.kill('SIGKILL');
  await backend.stop(spec.workerId);
  await backend.close();
  await rm(root, { recursive: true, force: true });
});

describe.each(possible)('a local worker with the isolation "%s"', (isolation) => {
  test('sees nothing of the gateway and of other workers', { timeout: 60_000 }, async () => {
    backend = open(isolation);
    const seen = await run(`
import glob, os
def read(path):
    try:
        with open(path, errors='replace') as file:
            return file.read()
    except OSError as error:
        return type(error).__name__
for folder, _, names in os.walk(${JSON.stringify(root)}):
    for name in names:
        print('file', os.path.join(folder, name))
print([read(path) for path in glob.glob('/proc/[0-9]*/environ')])
print(read(${JSON.stringify(join(stateRoot, `${spec.workerId}.server.json`))}))
print(read(${JSON.stringify(`/proc/${victim.pid}/environ`)}))
`);
    expect(seen).not.toContain('the-secret');
    expect(seen).not.toContain('theirs');
    // Its own server's environment is its own.
    expect(seen).not.toMatch(/"token"/);
    const files = seen.split('\n').filter((line) => line.startsWith('file '));
    expect(files.length).toBeGreaterThan(0);
    expect(files.every((line) => line.startsWith(`file ${join(spec.stateDirectory, 'server')}/`))).toBe(true);
  });

  test('cannot signal other processes, gain privileges or show what is hidden', {
    timeout: 60_000,
  }, async () => {
    backend = open(isolation);
    const out = await run(`
import os, subprocess
for pid in [${victim.pid}, ${process.pid}]:
    try:
        os.kill(pid, 0)
        print('reached')
    except OSError as error:
        print(type(error).__name__)
status = dict(line.split(':\\t', 1) for line in open('/proc/self/status').read().splitlines() if ':\\t' in line)
print(status['CapEff'], status['CapPrm'], status['CapBnd'], status['NoNewPrivs'])
for attempt in ['umount ${root}', 'umount /proc', 'mount -o remount,rw /', 'nsenter -t 1 -m true',
                'unshare -Um sh -c "umount ${root} && cat ${root}/secrets-key"']:
    print(subprocess.run(attempt, shell=True, capture_output=True).returncode != 0)
for path in ['/etc/written', '${root}/secrets-key', '/usr/written', '/dev/written']:
    try:
        open(path, 'w').close()
    except OSError:
        pass
`);
    const none = '0'.repeat(16);
    expect(out.trim().split('\n')).toEqual([
      ...Array(2).fill('ProcessLookupError'),
      `${none} ${none} ${none} 1`,
      ...Array(5).fill('True'),
    ]);
    expect(victim.exitCode ?? victim.signalCode).toBeNull();
    expect(readFileSync(join(root, 'secrets-key'), 'utf8')).toBe('the-secret-of-a-file');
    const written = ['/etc/written', '/usr/written', '/dev/written'].filter(existsSync);
    for (const path of written) await rm(path);
    expect(written).toEqual([]);
  });

  test('has terminals of its own, and none of the machine', { timeout: 60_000 }, async () => {
    backend = open(isolation);
    const terminal = await openTerminal();
    try {
      const out = await run(`
import os
def attempt(path):
    try:
        os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
        return 'opened'
    except OSError as error:
        return os.strerror(error.errno)
print(os.listdir('/dev/pts'))
print(*map(attempt, ['${terminal.path}', '/dev/tty', '/dev/console', '/dev/tty1', '/dev/null']), sep=', ')
gpus = ('dri', 'kfd', 'dxg', 'nvidia')
print(*sorted(name for name in os.listdir('/dev') if not name.startswith(gpus)))
primary, secondary = os.openpty()
os.write(secondary, b'written')
print(os.ttyname(secondary), os.read(primary, 100).decode())
`);
      const missing = 'No such file or directory';
      expect(out.trim().split('\n')).toEqual([
        "['ptmx']",
        `${missing}, No such device or address, ${missing}, ${missing}, opened`,
        'fd full null ptmx pts random shm stderr stdin stdout tty urandom zero',
        '/dev/pts/0 written',
      ]);
    } finally {
      terminal.process.kill('SIGKILL');
    }
  });

  test('cannot read what the kernels of another worker send', { timeout: 60_000 }, async () => {
    backend = open(isolation);
    const workerId = randomUUID();
    const [filesDirectory, stateDirectory] = ['files', 'state'].map((name) =>
      join(stateRoot, workerId, name),
    );
    for (const folder of [filesDirectory!, stateDirectory!]) await mkdir(folder, { recursive: true });
    const other = { ...spec, workerId, filesDirectory: filesDirectory!, stateDirectory: stateDirectory! };
    const client = new JupyterClient(await backend.start(other, () => {}, AbortSignal.timeout(60_000)));
    try {
      const kernel = await startPython(client);
      const printing = runCell(
        kernel,
        "import time\nwhile True: print('the-secret', flush=True); time.sleep(0.1)",
      );
      printing.catch(() => {});
      const seen = await run(`
import time, zmq
reader = zmq.Context().socket(zmq.SUB)
reader.subscribe(b'')
for fields in map(str.split, open('/proc/net/tcp').read().splitlines()[1:]):
    if fields[3] == '0A':
        reader.connect('tcp://127.0.0.1:%d' % int(fields[1].split(':')[1], 16))
end, seen = time.monotonic() + 3, b''
while time.monotonic() < end:
    if reader.poll(100):
        seen += b''.join(reader.recv_multipart())
print('listened', b'the-secret' in seen)
`);
      expect(seen).toBe('listened False\n');
    } finally {
      client.dispose();
      await backend.stop(workerId);
    }
  });

  test('changes the files of its branch, also those of later commits', { timeout: 60_000 }, async () => {
    backend = open(isolation);
    await writeFile(join(spec.filesDirectory, 'early.txt'), 'early');
    await mkdir(join(spec.filesDirectory, 'folder'));
    const change = (path: string) => `open(${JSON.stringify(path)}, 'a').write(' and changed')`;
    await run(`${change('early.txt')}\n${change('folder/new.txt')}`);
    const owner = backend.ownerOf?.(spec.workerId);
    const folder = await LocalFolder.open(spec.filesDirectory, join(spec.stateDirectory, 'incoming'), owner);
    await folder.put('later/file.txt', Buffer.from('later'), { oid: null, stamp: '' });
    await run(`${change('later/file.txt')}\n${change('later/new.txt')}`);
    const read = (path: string) => readFileSync(join(spec.filesDirectory, path), 'utf8');
    expect(read('early.txt')).toBe('early and changed');
    expect(read('folder/new.txt')).toBe(' and changed');
    expect(read('later/file.txt')).toBe('later and changed');
    expect(read('later/new.txt')).toBe(' and changed');
    if (isolation === 'users') {
      const { uid, mode } = await stat(spec.filesDirectory);
      expect(uid).toBeGreaterThanOrEqual(0x70000000);
      expect(mode & 0o777).toBe(0o700);
    }
  });

  test('is found again with its user, and its end leaves no process', { timeout: 60_000 }, async () => {
    backend = open(isolation);
    await run('import os; os.environ.clear()');
    const owner = backend.ownerOf?.(spec.workerId);
    await backend.close();
    backend = open(isolation);
    expect([...(await backend.running()).keys()]).toEqual([spec.workerId]);
    expect(backend.ownerOf?.(spec.workerId)).toEqual(owner);
    // A process with an empty environment and in a session of its own.
    const pid = await run(`
import subprocess
print(subprocess.Popen(['sleep', '54321'], env={}, start_new_session=True).pid > 1)
`);
    expect(pid).toBe('True\n');
    await backend.stop(spec.workerId);
    expect(await processesOfWorker()).toEqual([]);
    const commands = await Promise.all(
      (await readdir('/proc')).map((name) => readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')),
    );
    expect(commands.filter((command) => command === 'sleep\x0054321\0')).toEqual([]);
  });
});

describe.each([...possible, 'none'] as const)('a local worker with the isolation "%s"', (isolation) => {
  test('has the variables of its profile, and what starts it has none of them', {
    timeout: 60_000,
  }, async () => {
    const environment = { CHOSEN: 'by the profile: ü', LANG: 'C' };
    spec = { ...spec, profile: { ...spec.profile, environment } };
    backend = open(isolation);
    const seen = await run("import os; print(ascii(os.environb[b'CHOSEN'].decode()), os.environ['LANG'])");
    expect(seen).toBe("'by the profile: \\xfc' C\n");
    const launchers: { arguments: string; variables: string[] }[] = [];
    for (const pid of await processesOfWorker()) {
      const variables = (await readFile(`/proc/${pid}/environ`, 'utf8')).split('\0').filter(Boolean).sort();
      const isLauncher = !variables.some((variable) => variable.startsWith('HOME='));
      if (isLauncher)
        launchers.push({ arguments: await readFile(`/proc/${pid}/cmdline`, 'utf8'), variables });
    }
    // The first process of the namespaces is one, too.
    expect(launchers).toHaveLength(isolation === 'none' ? 1 : 2);
    for (const launcher of launchers) {
      expect(launcher.variables).toEqual([
        `JUPYTER_RUNTIME_DIR=${join(spec.stateDirectory, 'server/runtime')}`,
        'LANG=C.UTF-8',
        `PATH=${process.env.PATH}`,
      ]);
      for (const hidden of [environment.CHOSEN, spec.stateDirectory])
        expect(launcher.arguments).not.toContain(hidden);
    }
  });

  test('ends when no gateway has run for the given time, and not before', { timeout: 60_000 }, async () => {
    backend = open(isolation, 2_000);
    await run('1');
    await sleep(5_000);
    expect((await backend.running()).size).toBe(1);
    await backend.close();
    await expect.poll(processesOfWorker, { timeout: 15_000 }).toEqual([]);
    backend = open(isolation);
    const ended = expect.objectContaining({
      reason: 'lost',
      output: expect.stringContaining('Jupyter Server'),
    });
    expect(await backend.running()).toEqual(new Map([[spec.workerId, { ended }]]));
    await backend.stop(spec.workerId);
    expect(await backend.running()).toEqual(new Map());
  });
});
