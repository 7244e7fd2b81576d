import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import { deployGateway, type GatewayPods } from '../support/gateway-pods.js';
import { describeWithCluster } from '../support/kubernetes.js';
import { readEvents } from '../support/sse.js';

const space = 'in-the-cluster';

describeWithCluster('the gateway as a Pod of deploy/kubernetes', { timeout: 90_000 }, () => {
  let pods: GatewayPods;
  let url: string;
  let gatewayUid: string;
  let session: { id: string; worker_id: string };

  beforeAll(async () => {
    pods = await deployGateway();
    await follow();
  }, 120_000);

  afterAll(() => pods?.remove(), 120_000);

  /** Waits for a Pod of the gateway that is not the one before. */
  async function follow(): Promise<void> {
    const ready = await pods.readyPod(gatewayUid);
    ({ url } = ready);
    gatewayUid = ready.pod.metadata!.uid!;
  }

  const headers = () => ({
    authorization: `Bearer ${pods.adminToken}`,
    'content-type': 'application/json',
  });

  async function graphql(query: string): Promise<any> {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: headers(),
      body: JSON.stringify({ query }),
    });
    const { data, errors } = (await answer.json()) as { data: any; errors?: unknown };
    expect(errors).toBeUndefined();
    return data;
  }

  function rest(method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${url}/api/v1.0/engagement/spaces/${space}/notebooks${path}`, {
      method,
      headers: headers(),
      body: body && JSON.stringify(body),
    });
  }

  const worker = async () => (await (await rest('GET', `/workers/${session.worker_id}`)).json()) as object;

  /** What a cell prints, read from its stream of events, which must end well. */
  async function printed(code: string): Promise<string> {
    const events = await readEvents(await rest('POST', `/sessions/${session.id}/execute/stream`, { code }));
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    return events.flatMap(({ data }) => (data.type === 'stream' ? [data.text] : [])).join('');
  }

  test('is ready with its database, Git and volume', async () => {
    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(200);
    expect(await ready.json()).toMatchObject({ status: 'ok', git: { version: expect.any(String) } });
  });

  test('serves a cell of a worker in the other namespace, with what it created itself', async () => {
    await graphql(`mutation { createSpace(input: { slug: "${space}", name: "In the cluster" }) { slug }
      updateResourceClass(id: "standard", input: { cpuLimit: 0.5, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 }) { id } }`);
    const { createRepository: repository } = await graphql(
      `mutation { createRepository(spaceSlug: "${space}", input: { name: "first", kind: project }) { id } }`,
    );
    const { createWorkspace: workspace } = await graphql(
      `mutation { createWorkspace(spaceSlug: "${space}", input: { name: "First", defaultRepositoryId: "${repository.id}" }) { id } }`,
    );
    const file = { path: 'data.txt', content: 'of the branch' };
    expect((await rest('POST', `/workspaces/${workspace.id}/authoring-files`, file)).status).toBe(201);
    const made = await rest('POST', '/sessions', { workspace_id: workspace.id });
    session = (await made.json()) as typeof session;
    expect([made.status, session]).toMatchObject([201, { status: 'idle' }]);
    expect(await worker()).toMatchObject({ backend: 'kubernetes', status: 'ready' });
    expect(await printed("kept = 41\nprint(open('/work/data.txt').read())")).toBe('of the branch\n');
  });

  test('is the only one that reaches the worker, which reaches neither it nor the database', async () => {
    const name = objectNameOf(session.worker_id);
    const { status } = await pods.core.readNamespacedPod({ namespace: 'notebook-workers', name });
    // Its files were fetched from the gateway's own address.
    expect(status!.initContainerStatuses?.[0]?.state?.terminated?.exitCode).toBe(0);
    const signal = AbortSignal.timeout(3_000);
    await expect(fetch(`http://${status!.podIP}:8888/api`, { signal })).rejects.toThrow();
    const database = new URL(pods.databaseUrl);
    const peers = [new URL(url), database].map(({ hostname, port }) => [hostname, Number(port)]);
    const code = `import socket
for peer in ${JSON.stringify(peers)}:
    try:
        socket.create_connection(tuple(peer), 3)
        print('connected')
    except OSError:
        print('refused')
`;
    expect(await printed(code)).toBe('refused\nrefused\n');
  });

  test('is followed by another Pod, which adopts the worker with the memory of its kernel', async () => {
    const { items } = await pods.core.listNamespacedPod({ namespace: 'notebooks' });
    await pods.core.deleteNamespacedPod({ namespace: 'notebooks', name: items[0]!.metadata!.name! });
    await follow();
    await vi.waitFor(async () => expect(await worker()).toMatchObject({ status: 'ready' }), {
      timeout: 20_000,
    });
    await vi.waitFor(async () => expect(await printed('print(kept + 1)')).toBe('42\n'), { timeout: 20_000 });
    expect((await rest('DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
    await vi.waitFor(
      async () => {
        const left = await pods.core.listNamespacedPod({ namespace: 'notebook-workers' });
        expect(left.items).toEqual([]);
      },
      { timeout: 20_000 },
    );
  });
});
