import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { isReady } from '../../src/workers/backends/kubernetes/pod-status.js';
import { startKubelet, stopKubelet } from '../support/cluster.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { createTestNamespace, describeWithCluster, type TestNamespace } from '../support/kubernetes.js';

describeWithCluster('a worker on a node that is silent', { timeout: 240_000 }, () => {
  let namespace: TestNamespace;
  let at: TestGateway;

  beforeAll(async () => {
    namespace = await createTestNamespace();
    at = await openTestGateway({
      env: { WORKER_BACKENDS: 'kubernetes', WORKER_IMAGE: 'unused:1' },
      backends: (_dataDir, gatewayId) => [namespace.open({ gatewayId, maxTroubleMs: 20_000 })],
    });
    const small = { cpuLimit: 0.5, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 };
    await at.gateway.services.prisma.resourceClass.update({ where: { id: 'standard' }, data: small });
  });
  afterAll(async () => {
    await at?.close();
    await namespace?.remove();
  });

  test('has failed, and its session is dead, before its Pod begins to end; the Pod ends with the silence', async () => {
    const made = await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } });
    expect(made.status).toBe(201);
    const { id, worker_id: workerId } = made.body;
    // The server answers the gateway before the node has reported it.
    await vi.waitFor(async () => expect(isReady(await namespace.pod(workerId))).toBe(true), {
      timeout: 30_000,
      interval: 100,
    });
    const read = async (path: string) => (await at.rest('GET', path)).body;
    await stopKubelet();
    try {
      await vi.waitFor(
        async () => expect((await namespace.pod(workerId)).metadata?.deletionTimestamp).toBeDefined(),
        { timeout: 120_000, interval: 100 },
      );
      expect(await read(`/workers/${workerId}`)).toMatchObject({
        status: 'failed',
        status_reason: 'node_lost',
      });
      expect(await read(`/sessions/${id}`)).toMatchObject({ status: 'dead' });
    } finally {
      await startKubelet();
    }
    await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 90_000 });
  });
});
