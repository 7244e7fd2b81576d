import { execFile } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { StorageV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { JupyterClient } from '../../src/engines/kernels/jupyter-client.js';
import type { KubernetesBackend } from '../../src/workers/backends/kubernetes/kubernetes-backend.js';
import { openGitHttpServer } from '../support/git-http-server.js';
import { machineAddress } from '../support/infrastructure.js';
import { runCell, startPython } from '../support/kernel.js';
import {
  createPodSpec,
  createTestNamespace,
  describeWithCluster,
  type TestNamespace,
} from '../support/kubernetes.js';
import { createNodeVolume, type NodeVolume } from '../support/node-volume.js';

const run = promisify(execFile);

describeWithCluster('the files of a worker with a storage class', { timeout: 60_000 }, () => {
  let namespace: TestNamespace;
  let classes: StorageV1Api;
  let storageClass: string;
  let backend: KubernetesBackend;

  beforeAll(async () => {
    namespace = await createTestNamespace();
    storageClass = namespace.name;
    classes = namespace.admin.makeApiClient(StorageV1Api);
    await classes.createStorageClass({
      body: {
        metadata: { name: storageClass },
        provisioner: 'kubernetes.io/no-provisioner',
        volumeBindingMode: 'WaitForFirstConsumer',
      },
    });
  });

  beforeEach(() => {
    backend = namespace.open({ storageClass });
    return () => backend.close();
  });

  afterAll(async () => {
    await classes?.deleteStorageClass({ name: storageClass });
    await namespace?.remove();
  });

  const claims = async () =>
    (await namespace.core.listNamespacedPersistentVolumeClaim({ namespace: namespace.name })).items;

  async function withVolume(use: (volume: NodeVolume, folder: string) => Promise<void>): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'worker-volume-'));
    const volume = await createNodeVolume(namespace.core, {
      ...{ name: namespace.name, folder, storageClass },
      capacity: '64Mi',
    });
    try {
      await use(volume, folder);
    } finally {
      await volume.remove();
      await rm(folder, { recursive: true, force: true });
    }
  }

  test('are on a volume of that class, which is released with the worker', async () => {
    await withVolume(async (volume, folder) => {
      const { workerId, ...spec } = createPodSpec({ limits: { workspaceStorageMb: 64 } });
      const endpoint = await backend.start({ workerId, ...spec }, () => {}, AbortSignal.timeout(50_000));
      const kernel = await startPython(new JupyterClient(endpoint));
      await runCell(kernel, "open('/work/result.txt', 'w').write('of a kernel')");
      expect(await readFile(join(folder, 'files/result.txt'), 'utf8')).toBe('of a kernel');
      expect((await runCell(kernel, "import os; print(os.listdir('/work'))")).text).toBe("['result.txt']\n");
      expect(backend.enforcesStorage(spec.volume)).toBe(false);
      const [claim, ...others] = await claims();
      expect(others).toEqual([]);
      expect(claim?.spec).toMatchObject({
        storageClassName: storageClass,
        resources: { requests: { storage: '64Mi' } },
      });
      await backend.stop(workerId);
      await vi.waitFor(async () => expect(await claims()).toEqual([]), { timeout: 20_000 });
      await vi.waitFor(async () => expect(await volume.phase()).toBe('Released'), { timeout: 20_000 });
      expect(await readdir(folder)).toEqual(['files']);
    });
  });

  test('are where their resource class says, whatever is configured', async () => {
    const configured = backend;
    backend = namespace.open();
    await withVolume(async (_volume, folder) => {
      const spec = createPodSpec({ limits: { workspaceStorageMb: 64 }, volume: { storageClass } });
      const onNode = {
        ...spec,
        workerId: randomUUID(),
        volume: { persistentVolume: false, storageClass: null },
      };
      await backend.start(spec, () => {}, AbortSignal.timeout(50_000));
      expect(await readdir(folder)).toEqual(['files']);
      expect((await claims()).map((claim) => claim.spec)).toMatchObject([
        { storageClassName: storageClass, resources: { requests: { storage: '64Mi' } } },
      ]);
      await configured.start(onNode, () => {}, AbortSignal.timeout(50_000));
      expect(await claims()).toHaveLength(1);
      expect([spec, onNode].map(({ volume }) => configured.enforcesStorage(volume))).toEqual([false, true]);
      for (const { workerId } of [spec, onNode]) await backend.stop(workerId);
      await configured.close();
      await vi.waitFor(async () => expect(await claims()).toEqual([]), { timeout: 20_000 });
    });
  });

  test('are refused with "No space left" once the volume is full, while the server and its kernels go on', async () => {
    await withVolume(async (_volume, folder) => {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder]);
      const { workerId, ...spec } = createPodSpec();
      try {
        const endpoint = await backend.start({ workerId, ...spec }, () => {}, AbortSignal.timeout(50_000));
        const kernel = await startPython(new JupyterClient(endpoint));
        const fill = `try:
    open('/work/big', 'wb').write(b'x' * 32 * 1024 * 1024)
except OSError as error:
    print(error)`;
        expect((await runCell(kernel, fill)).text).toContain('No space left on device');
        const written = await backend.remoteFolders.open(workerId);
        const nothing = { oid: null, stamp: '' };
        const bytes = Buffer.alloc(1024 * 1024);
        await expect(written.put('later.bin', bytes, nothing)).rejects.toMatchObject({
          code: 'runtime_unavailable',
        });
        await runCell(kernel, "import os; os.remove('/work/big')");
        expect(await written.put('later.bin', bytes, nothing)).toBe(true);
      } finally {
        await backend.stop(workerId);
        await run('umount', ['--lazy', folder]);
      }
    });
  });

  test('fail to start as storage_exceeded, where the volume has no room for the files of the branch', async () => {
    await withVolume(async (_volume, folder) => {
      await run('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder]);
      const server = await openGitHttpServer({ host: machineAddress() });
      const commitOid = server.commit({ 'big.txt': randomBytes(4 * 1024 * 1024).toString('hex') });
      const { origin, pathname } = new URL(server.url);
      backend = namespace.open({ storageClass, gatewayUrl: origin });
      const spec = { ...createPodSpec(), checkout: { path: pathname, commitOid, token: 'none' } };
      try {
        await expect(backend.start(spec, () => {}, AbortSignal.timeout(50_000))).rejects.toMatchObject({
          extra: { reason: 'storage_exceeded' },
        });
      } finally {
        await server.close();
        await run('umount', ['--lazy', folder]);
      }
    });
  });

  test('are waited for while the cluster has no volume, which the start says when its time is over', async () => {
    const messages: string[] = [];
    const starting = backend.start(
      createPodSpec(),
      (_percent, message) => messages.push(message),
      AbortSignal.timeout(10_000),
    );
    await expect(starting).rejects.toMatchObject({
      message: expect.stringContaining('KUBERNETES_STORAGE_CLASS'),
      extra: { reason: 'unschedulable' },
    });
    expect(messages).toContain('Waiting for a volume');
    await vi.waitFor(async () => expect(await claims()).toEqual([]), { timeout: 20_000 });
  });
});
