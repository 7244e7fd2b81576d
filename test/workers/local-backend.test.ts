import { appendFile, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../../src/errors.js';
import type { WorkerBackend } from '../../src/workers/backend.js';
import { openExternalBackend } from '../../src/workers/backends/external/open-external-backend.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { createWorkerSpec, serverPidOf, testPython } from '../support/jupyter.js';
import { beginEndlessCell, runCell, startPython } from '../support/kernel.js';
import { describeBackendContract } from './backend-contract.js';

describeBackendContract('a local Jupyter', {
  kind: 'external',
  ownServers: true,
  open: (stateRoot, mayCreate) => openExternalBackend({ stateRoot, python: testPython, mayCreate }),
});

describe('a local Jupyter', { timeout: 120_000 }, () => {
  let root: string;
  let stateRoot: string;
  let spec: WorkerSpec;
  let backend: WorkerBackend;

  beforeEach(async () => {
    ({ root, stateRoot, spec } = await createWorkerSpec());
    backend = openExternalBackend({ stateRoot, python: testPython, lostAfterMs: 10_000 });
  });

  afterEach(async () => {
    await backend.stop(spec.workerId);
    await backend.close();
    await rm(root, { recursive: true, force: true });
  });

  const start = () => backend.start(spec, () => {}, AbortSignal.timeout(90_000));
  const recordFile = () => join(stateRoot, `${spec.workerId}.server.json`);
  const serverPid = () => serverPidOf({ spec });

  /** The processes that have the worker's folder in their environment: its server, kernels and what they started. */
  async function processesOfWorker(): Promise<string[]> {
    const found: string[] = [];
    for (const pid of await readdir('/proc')) {
      const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
      if (environment.includes(spec.stateDirectory)) found.push(pid);
    }
    return found;
  }

  async function withKernel<T>(
    use: (kernel: Awaited<ReturnType<typeof startPython>>) => Promise<T>,
  ): Promise<T> {
    const client = new JupyterClient(await start());
    try {
      return await use(await startPython(client));
    } finally {
      client.dispose();
    }
  }

  test('stopping leaves no process, neither of a busy kernel nor of its cells', async () => {
    await withKernel(async (kernel) => {
      await runCell(kernel, "import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True)");
      await beginEndlessCell(kernel);
      expect((await processesOfWorker()).length).toBeGreaterThanOrEqual(3);
      await backend.stop(spec.workerId);
      expect(await processesOfWorker()).toEqual([]);
    });
  });

  test('stopping ends a server that hangs', async () => {
    await withKernel(async (kernel) => {
      await runCell(kernel, '1');
      process.kill(await serverPid(), 'SIGSTOP');
      await backend.stop(spec.workerId);
      expect(await processesOfWorker()).toEqual([]);
    });
  });

  test('stopping never touches a process that got the id of the server later', async () => {
    await start();
    const record = JSON.parse(await readFile(recordFile(), 'utf8'));
    await writeFile(recordFile(), JSON.stringify({ ...record, pid: process.pid }));
    await backend.stop(spec.workerId);
    expect(await processesOfWorker()).toEqual([]);
  });

  test('reports a server that ends by itself', async () => {
    const exit = new Promise<WorkerExit>((resolve) => backend.onExit(resolve));
    await start();
    process.kill(await serverPid(), 'SIGKILL');
    expect(await exit).toMatchObject({ workerId: spec.workerId, reason: 'exited' });
  });

  test('reports a server that hangs as lost', async () => {
    const exit = new Promise<WorkerExit>((resolve) => backend.onExit(resolve));
    await start();
    process.kill(await serverPid(), 'SIGSTOP');
    expect(await exit).toMatchObject({ workerId: spec.workerId, reason: 'lost' });
  });

  test('reports the end of a server that an earlier gateway started', async () => {
    await start();
    await backend.close();
    backend = openExternalBackend({ stateRoot, python: testPython });
    const exit = new Promise<WorkerExit>((resolve) => backend.onExit(resolve));
    const { token } = (await backend.running()).get(spec.workerId) as JupyterEndpoint;
    await appendFile(join(spec.stateDirectory, 'jupyter.log'), `${'x'.repeat(100_000)}\nlast ${token}\n`);
    process.kill(await serverPid(), 'SIGKILL');
    expect(await exit).toMatchObject({ workerId: spec.workerId, reason: 'exited', output: 'last [token]\n' });
  });

  test('removes what an earlier gateway had not finished starting', async () => {
    await start();
    const record = JSON.parse(await readFile(recordFile(), 'utf8'));
    await backend.close();
    await writeFile(recordFile(), JSON.stringify({ ...record, port: null }));
    backend = openExternalBackend({ stateRoot, python: testPython });
    expect(await backend.running()).toEqual(new Map());
    expect(await processesOfWorker()).toEqual([]);
  });

  test('aborting a start leaves no process', async () => {
    const giveUp = new AbortController();
    const starting = backend.start(
      spec,
      (percent) => {
        if (percent >= 40) setTimeout(() => giveUp.abort(new Error('given up')), 200);
      },
      giveUp.signal,
    );
    await expect(starting).rejects.toThrow('given up');
    expect(await processesOfWorker()).toEqual([]);
  });

  test('stopping during a start ends the start and leaves no process', async () => {
    let begun = () => {};
    const waiting = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const starting = backend.start(spec, (percent) => percent >= 40 && begun(), AbortSignal.timeout(90_000));
    starting.catch(() => {});
    await waiting;
    await backend.stop(spec.workerId);
    await expect(starting).rejects.toMatchObject({ name: 'AbortError' });
    expect(await processesOfWorker()).toEqual([]);
  });

  test('gives a kernel nothing of the environment of the gateway, and no token', async () => {
    process.env.ADMIN_TOKEN = 'a-secret-of-the-gateway';
    try {
      const { text } = await withKernel((kernel) => runCell(kernel, 'import os; print(sorted(os.environ))'));
      expect(text).toContain('JUPYTER_RUNTIME_DIR');
      expect(text).not.toMatch(/TOKEN|DATABASE_URL/);
    } finally {
      delete process.env.ADMIN_TOKEN;
    }
  });

  test('keeps the token out of arguments, and its files to the owner', async () => {
    const { token } = await start();
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    const commandLine = await readFile(`/proc/${await serverPid()}/cmdline`, 'utf8');
    expect(commandLine).toContain('jupyter_server');
    expect(commandLine).not.toContain(token);
    expect(await readFile(join(spec.stateDirectory, 'jupyter.log'), 'utf8')).not.toContain(token);
    expect((await stat(recordFile())).mode & 0o777).toBe(0o600);
  });

  test('measures the cores and the memory that a server uses with the processes of its kernels', async () => {
    await withKernel(async (kernel) => {
      const idle = (await backend.usage!(spec.workerId))!;
      await runCell(
        kernel,
        "import subprocess; p = subprocess.Popen(['sh', '-c', 'while true; do :; done'])",
      );
      await runCell(kernel, 'kept = bytearray(200 * 1024 * 1024)');
      await sleep(2_000);
      const busy = (await backend.usage!(spec.workerId))!;
      expect(busy.memoryMb - idle.memoryMb).toBeGreaterThan(190);
      // Of the two cores of a small machine that other tests use too.
      expect(busy.cpuCores).toBeGreaterThan(0.1);
      expect(busy.cpuCores).toBeLessThan(3);
    });
    await backend.stop(spec.workerId);
    expect(await backend.usage!(spec.workerId)).toBeNull();
  });

  test('creates no file in the folder of the worker', async () => {
    await withKernel((kernel) => runCell(kernel, '1'));
    expect(await readdir(spec.filesDirectory)).toEqual([]);
  });

  test('reports the reason when there is no Python, and when a server does not start', async () => {
    const reason = 'Install Python.';
    const without = openExternalBackend({
      stateRoot,
      python: () => Promise.reject(new DomainError('runtime_unavailable', reason)),
    });
    expect(await without.unavailableReason()).toBe(reason);
    await expect(without.start(spec, () => {}, AbortSignal.timeout(9_000))).rejects.toThrow(reason);
    await without.close();

    for (const python of ['/bin/false', '/nonexistent/python']) {
      const broken = openExternalBackend({ stateRoot, python: async () => ({ python, origin: 'found' }) });
      await expect(broken.start(spec, () => {}, AbortSignal.timeout(9_000))).rejects.toMatchObject({
        code: 'runtime_unavailable',
      });
      expect(await broken.running()).toEqual(new Map());
      await broken.close();
    }
  });
});
