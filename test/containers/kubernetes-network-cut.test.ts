import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import { cutNetwork } from '../support/cluster.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { createTestNamespace, describeWithCluster, type TestNamespace } from '../support/kubernetes.js';
import { readEvents, type SentEvent } from '../support/sse.js';

describeWithCluster('a network that is cut between the gateway and a Pod', { timeout: 90_000 }, () => {
  let namespace: TestNamespace;
  let at: TestGateway;
  let session: { id: string; worker_id: string };

  beforeAll(async () => {
    namespace = await createTestNamespace();
    at = await openTestGateway({
      env: { WORKER_BACKENDS: 'kubernetes', WORKER_IMAGE: 'unused:1' },
      runtimeLimits: { workerSilenceSeconds: 6 },
      backends: (_dataDir, gatewayId) => [namespace.open({ gatewayId })],
    });
    const small = { cpuLimit: 0.5, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 };
    const where = { id: 'standard' };
    await at.gateway.services.prisma.resourceClass.update({ where, data: small });
    session = (await at.rest('POST', '/sessions', { body: { workspace_id: demo.workspaceId } })).body;
  });

  afterAll(async () => {
    await at?.close();
    await namespace?.remove();
  });

  const get = async (path: string) => (await at.rest('GET', path)).body;

  async function run(code: string, onEvent: (event: SentEvent) => void = () => {}): Promise<SentEvent> {
    const url = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session.id}/execute/stream`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const events = await readEvents(answer, (event) => {
      onEvent(event);
      return false;
    });
    return events.at(-1)!;
  }

  test('ends the running cell with an error, and leaves the worker, on which a restarted session runs cells', async () => {
    const { podIP } = (await namespace.pod(session.worker_id)).status!;
    let restore: (() => Promise<void>) | undefined;
    let cutAt = 0;
    try {
      const last = await run("import time\nprint('begun', flush=True)\ntime.sleep(60)", ({ data }) => {
        if (data.type !== 'stream' || cutAt) return;
        cutAt = performance.now();
        void cutNetwork(podIP!).then((end) => {
          restore = end;
        });
      });
      expect(last).toMatchObject({ event: 'error', data: { status_code: 503, code: 'worker_lost' } });
      expect(performance.now() - cutAt).toBeLessThan(15_000);
      expect(await get(`/sessions/${session.id}`)).toMatchObject({ status: 'dead' });
      // The node still reports the Pod.
      await expect.poll(() => get(`/workers/${session.worker_id}`)).toMatchObject({ status: 'ready' });
    } finally {
      await restore?.();
    }
    await vi.waitFor(
      async () => expect((await at.rest('POST', `/sessions/${session.id}/restart`)).status).toBe(200),
      { timeout: 20_000 },
    );
    expect(await run('print(6 * 7)')).toMatchObject({ data: { status: 'ok' } });
    await expect.poll(() => get(`/workers/${session.worker_id}`)).toMatchObject({ status: 'ready' });
  });
});
