import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Backend } from '../../prisma/generated/client/client.js';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../src/engines/kernels/jupyter-endpoint.js';
import type { BackendInventory, WorkerBackend } from '../../src/workers/backend.js';
import type { CreationCheck } from '../../src/workers/creation-check.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';
import type { WorkerSpec } from '../../src/workers/worker-spec.js';
import { createWorkerSpec } from '../support/jupyter.js';
import { runCell, startPython } from '../support/kernel.js';

/** How a backend under test is opened; the second opening over one `stateRoot` stands for a restarted gateway. */
export interface BackendUnderTest {
  kind: Backend;
  open(stateRoot: string, mayCreate: CreationCheck): WorkerBackend | Promise<WorkerBackend>;
  /** Whether each worker has a server of its own, over its own folder, that ends with it. */
  ownServers: boolean;
  /** The registered server that workers use; default none. */
  jupyterServerId?(): string;
}

/** Declares the tests that every `WorkerBackend` passes, with real servers. */
export function describeBackendContract(name: string, underTest: BackendUnderTest): void {
  describe(`${name} as a worker backend`, { timeout: 120_000 }, () => {
    let root: string;
    let stateRoot: string;
    let spec: WorkerSpec;
    let backend: WorkerBackend;
    /** How often the backend may create something from now on. */
    let creations: number;
    const open = () =>
      underTest.open(stateRoot, async () => {
        creations -= 1;
        if (creations < 0) throw new Error('taken over');
      });
    const signal = () => AbortSignal.timeout(90_000);
    const answers = (endpoint: JupyterEndpoint) =>
      new JupyterClient(endpoint).probe(2_000).then(
        () => true,
        () => false,
      );

    beforeEach(async () => {
      ({ root, stateRoot, spec } = await createWorkerSpec());
      creations = Number.POSITIVE_INFINITY;
      backend = await open();
      spec.jupyterServerId = underTest.jupyterServerId?.();
    });

    afterEach(async () => {
      await backend.stop(spec.workerId);
      await backend.remoteFolders?.remove(spec.workerId, []);
      await backend.close();
      await rm(root, { recursive: true, force: true });
    });

    test('has its kind, and says that workers can be started', async () => {
      expect(backend.kind).toBe(underTest.kind);
      expect(backend.ownsServers).toBe(underTest.ownServers);
      expect(await backend.unavailableReason()).toBeNull();
    });

    test('starts a server that answers and runs cells, and reports its progress', async () => {
      const progress: [number, string][] = [];
      const report = (percent: number, message: string) => progress.push([percent, message]);
      const endpoint = await backend.start(spec, report, signal());
      expect(endpoint.baseUrl).toMatch(/^https?:\/\/.*\/$/);
      expect(progress.length).toBeGreaterThan(0);
      expect(progress.map(([percent]) => percent)).toEqual(
        progress.map(([percent]) => percent).sort((a, b) => a - b),
      );
      expect(progress.every(([percent, message]) => percent >= 0 && percent <= 100 && message !== '')).toBe(
        true,
      );
      const client = new JupyterClient(endpoint);
      try {
        const kernel = await startPython(client);
        expect((await runCell(kernel, "print('hello')")).text).toBe('hello\n');
        await kernel.shutdown();
      } finally {
        client.dispose();
      }
    });

    test('finds its servers again after the gateway restarted', async () => {
      const endpoint = await backend.start(spec, () => {}, signal());
      await backend.close();
      backend = await open();
      const found = await backend.running();
      expect([...found.keys()]).toEqual([spec.workerId]);
      const { connect: _, ...address } = endpoint;
      expect(found.get(spec.workerId)).toMatchObject(address);
      expect(await answers(found.get(spec.workerId) as JupyterEndpoint)).toBe(true);
    });

    test('does not find what was stopped, and stops it twice without complaint', async () => {
      await backend.start(spec, () => {}, signal());
      await backend.stop(spec.workerId);
      await backend.stop(spec.workerId);
      expect(await backend.running()).toEqual(new Map());
    });

    test('says which workers have servers, without those that start', async () => {
      const whileStarting: Promise<BackendInventory>[] = [];
      const report = () => {
        if (whileStarting.length === 0) whileStarting.push(backend.inventory());
      };
      await backend.start(spec, report, signal());
      if (underTest.ownServers) expect((await whileStarting[0])?.workerIds).toEqual([]);
      const found = await backend.inventory();
      expect(found).toEqual({ workerIds: [spec.workerId], abandoned: new Map() });
      await backend.stop(spec.workerId);
      expect((await backend.inventory()).workerIds).toEqual([]);
    });

    test.runIf(underTest.ownServers)(
      'creates nothing once another gateway has taken over, and leaves nothing of the start',
      async () => {
        for (let allowed = 0; allowed < 10; allowed += 1) {
          creations = allowed;
          const outcome = await backend
            .start(spec, () => {}, signal())
            .then(
              () => 'started',
              (error: Error) => error.message,
            );
          if (outcome === 'started') return expect(allowed).toBeGreaterThan(0);
          expect(outcome).toBe('taken over');
          expect((await backend.inventory()).workerIds).toEqual([]);
        }
        throw new Error('It was never started.');
      },
    );

    test('stops a worker that was never started without complaint', async () => {
      await expect(backend.stop(randomUUID())).resolves.toBeUndefined();
    });

    test('starts nothing when the start was aborted before', async () => {
      const given = AbortSignal.abort(new Error('given up'));
      await expect(backend.start(spec, () => {}, given)).rejects.toThrow('given up');
      expect(await backend.running()).toEqual(new Map());
    });

    test('reports no exit for a stop that was requested', async () => {
      const exits: unknown[] = [];
      backend.onExit((exit) => exits.push(exit));
      await backend.start(spec, () => {}, signal());
      await backend.stop(spec.workerId);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(exits).toEqual([]);
    });

    test.runIf(underTest.ownServers)(
      'reports a server that ended by itself, with what it printed last',
      async () => {
        const exit = new Promise<WorkerExit>((resolve) => backend.onExit(resolve));
        const endpoint = await backend.start(spec, () => {}, signal());
        const client = new JupyterClient(endpoint);
        try {
          const kernel = await startPython(client);
          // After its cell: a kernel whose answer comes too late prints more than the server.
          const kill = "subprocess.Popen(['/bin/sh', '-c', f'sleep 1; kill {os.getppid()}'])";
          await runCell(kernel, `import os, subprocess; ${kill}`);
          expect(await exit).toEqual({
            workerId: spec.workerId,
            reason: 'exited',
            detail: expect.stringMatching(/^The Jupyter server of this worker ended by itself.*\.$/),
            output: expect.stringContaining('received signal 15'),
          });
          expect((await exit).output).not.toContain(endpoint.token);
        } finally {
          client.dispose();
        }
      },
    );

    test('serves the folder of the worker', async () => {
      const remote = backend.remoteFolders;
      if (!remote) await writeFile(join(spec.filesDirectory, 'data.txt'), 'from the branch');
      const client = new JupyterClient(await backend.start(spec, () => {}, signal()));
      const folder = await remote?.open(spec.workerId);
      await folder?.put('data.txt', Buffer.from('from the branch'), { oid: null, stamp: '' });
      try {
        const kernel = await startPython(client, { path: 'notebook.ipynb' });
        expect((await runCell(kernel, "print(open('data.txt').read())")).text).toBe('from the branch\n');
      } finally {
        client.dispose();
      }
    });

    test.runIf(underTest.ownServers)('refuses another token', async () => {
      const endpoint = await backend.start(spec, () => {}, signal());
      expect(await answers({ ...endpoint, token: 'wrong' })).toBe(false);
    });

    test.runIf(underTest.ownServers)('leaves no server that answers after a stop', async () => {
      const endpoint = await backend.start(spec, () => {}, signal());
      await backend.stop(spec.workerId);
      expect(await answers(endpoint)).toBe(false);
    });
  });
}
