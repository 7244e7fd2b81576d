import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { demo } from '../../prisma/seed.js';
import type { Database } from '../../src/engines/database/database.js';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { openTestDatabase } from '../support/database.js';
import { openTestGateway, type TestGateway } from '../support/gateway.js';
import { createTestNamespace, describeWithCluster, type TestNamespace } from '../support/kubernetes.js';
import { readEvents } from '../support/sse.js';

describeWithCluster('a gateway with workers on Kubernetes', { timeout: 120_000 }, () => {
  let namespace: TestNamespace;
  let database: Database;
  let dataDir: string;
  let at: TestGateway;

  const open = () =>
    openTestGateway({
      database: { ...database, close: async () => {} },
      dataDir,
      env: { WORKER_BACKENDS: 'kubernetes', WORKER_IMAGE: 'unused:1' },
      backends: (_dataDir, gatewayId) => [namespace.open({ gatewayId })],
    });

  beforeAll(async () => {
    namespace = await createTestNamespace();
    database = await openTestDatabase();
    dataDir = await mkdtemp(join(tmpdir(), 'gateway-test-'));
    at = await open();
    const small = { cpuLimit: 0.5, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 };
    await database.prisma.resourceClass.update({ where: { id: 'standard' }, data: small });
  });

  afterAll(async () => {
    await at?.close();
    await database?.close();
    await namespace?.remove();
    await rm(dataDir, { recursive: true, force: true });
  });

  async function openSession(): Promise<{ id: string; worker_id: string }> {
    const body = { workspace_id: demo.workspaceId, path: 'notebooks/welcome.ipynb' };
    const made = await at.rest('POST', '/sessions', { body });
    expect(made.status).toBe(201);
    return made.body;
  }

  async function printed(session: string, code: string): Promise<string> {
    const url = `${at.url}/api/v1.0/engagement/spaces/demo/notebooks/sessions/${session}/execute/stream`;
    const answer = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${at.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code }),
    });
    const events = await readEvents(answer);
    return events.flatMap(({ data }) => (data.type === 'stream' ? [data.text] : [])).join('');
  }

  const worker = async (id: string) => (await at.rest('GET', `/workers/${id}`)).body;

  test('runs cells among the files of the branch, follows its commits, and goes on after a restart', async () => {
    const session = await openSession();
    expect(await worker(session.worker_id)).toMatchObject({ backend: 'kubernetes', status: 'ready' });
    expect(await printed(session.id, "import os\nprint(os.getcwd(), os.path.exists('welcome.ipynb'))")).toBe(
      '/work/notebooks True\n',
    );
    const saved = { path: 'late.txt', content: 'from a later commit\n' };
    const made = await at.rest('POST', `/workspaces/${demo.workspaceId}/authoring-files`, { body: saved });
    expect(made.status).toBe(201);
    await vi.waitFor(
      async () =>
        expect(await printed(session.id, "print(open('/work/late.txt').read())")).toContain('later'),
      { timeout: 20_000 },
    );
    await printed(session.id, 'kept = 41');
    await at.close();
    at = await open();
    await vi.waitFor(async () => expect((await worker(session.worker_id)).status).toBe('ready'), {
      timeout: 20_000,
    });
    await vi.waitFor(async () => expect(await printed(session.id, 'print(kept + 1)')).toBe('42\n'), {
      timeout: 20_000,
    });
    expect((await at.rest('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
    await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 20_000 });
  });

  test('ends a worker that the cluster evicts, with the reason, and removes its Pod', async () => {
    const session = await openSession();
    const name = objectNameOf(session.worker_id);
    await namespace.core.createNamespacedPodEviction({
      ...{ namespace: namespace.name, name },
      body: { metadata: { name, namespace: namespace.name } },
    });
    await vi.waitFor(
      async () =>
        expect(await worker(session.worker_id)).toMatchObject({
          status: 'failed',
          status_reason: 'evicted',
          error_detail: expect.stringContaining('evicted'),
        }),
      { timeout: 30_000 },
    );
    await vi.waitFor(async () => expect(await namespace.objects()).toEqual([]), { timeout: 20_000 });
  });
});
