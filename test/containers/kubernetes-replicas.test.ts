import { AppsV1Api, PolicyV1Api } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { clusterConfig } from '../support/cluster.js';
import { deployGateway, type GatewayPods, type ReadyPod } from '../support/gateway-pods.js';
import { describeWithCluster } from '../support/kubernetes.js';
import { parseEvents, readEvents } from '../support/sse.js';

const namespace = 'notebooks';
const space = 'replicas';
const lines = 80;

describeWithCluster('the two gateways of deploy/kubernetes-replicas', { timeout: 120_000 }, () => {
  let pods: GatewayPods;
  /** The one that runs the kernels. */
  let owner: ReadyPod;
  let other: ReadyPod;

  beforeAll(async () => {
    pods = await deployGateway('deploy/kubernetes-replicas');
    const first = await pods.readyPod();
    const second = await pods.readyPod(first.pod.metadata!.uid);
    [owner, other] = (await runsKernels(first)) ? [first, second] : [second, first];
    expect([await runsKernels(owner), await runsKernels(other)]).toEqual([true, false]);
  }, 180_000);

  afterAll(() => pods?.remove(), 120_000);

  async function runsKernels({ pod }: ReadyPod): Promise<boolean> {
    const log = await pods.core.readNamespacedPodLog({ namespace, name: pod.metadata!.name! });
    return log.includes('this gateway runs the kernels');
  }

  function send({ url }: ReadyPod, method: string, path: string, body?: object): Promise<Response> {
    return fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${pods.adminToken}`, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    });
  }

  const rest = (at: ReadyPod, method: string, path: string, body?: object) =>
    send(at, method, `/api/v1.0/engagement/spaces/${space}/notebooks${path}`, body);

  async function graphql(at: ReadyPod, query: string): Promise<any> {
    const { data, errors } = (await (await send(at, 'POST', '/graphql', { query })).json()) as any;
    expect(errors).toBeUndefined();
    return data;
  }

  test('are kept apart by a budget, and updated one after the other', async () => {
    const at = { namespace, name: 'notebook-gateway' };
    const budget = await clusterConfig().makeApiClient(PolicyV1Api).readNamespacedPodDisruptionBudget(at);
    expect(budget.status).toMatchObject({ expectedPods: 2, desiredHealthy: 1 });
    const { spec } = await clusterConfig().makeApiClient(AppsV1Api).readNamespacedDeployment(at);
    expect([spec!.replicas, spec!.strategy!.type]).toEqual([2, 'RollingUpdate']);
  });

  test('run a cell on, each line once, when the Pod of the one that runs the kernels is killed', async () => {
    await graphql(
      other,
      `mutation { createSpace(input: { slug: "${space}", name: "Replicas" }) { slug }
        updateResourceClass(id: "standard", input: { cpuLimit: 0.3, memoryMb: 512, workspaceStorageMb: 64, tmpStorageMb: 64 }) { id } }`,
    );
    const { createRepository: repository } = await graphql(
      owner,
      `mutation { createRepository(spaceSlug: "${space}", input: { name: "first", kind: project }) { id } }`,
    );
    // Its commits are in the folder that both have.
    const { createWorkspace: workspace } = await graphql(
      other,
      `mutation { createWorkspace(spaceSlug: "${space}", input: { name: "First", defaultRepositoryId: "${repository.id}" }) { id } }`,
    );
    const file = { path: 'data.txt', content: 'of the branch' };
    expect((await rest(owner, 'POST', `/workspaces/${workspace.id}/authoring-files`, file)).status).toBe(201);
    const made = await rest(other, 'POST', '/sessions', { workspace_id: workspace.id });
    const session = (await made.json()) as { id: string; worker_id: string };
    expect([made.status, session]).toMatchObject([201, { status: 'idle' }]);

    const code = `import time
print(open('/work/data.txt').read(), flush=True)
for i in range(${lines}):
    print('line', i, flush=True)
    time.sleep(0.1)`;
    const begun = await rest(other, 'POST', `/sessions/${session.id}/execute/stream`, { code });
    const stream = `/sessions/${session.id}/executions/${begun.headers.get('x-execution-id')}/stream`;
    await readEvents(begun, ({ data }) => data.text?.includes('line 3'));

    const name = owner.pod.metadata!.name!;
    await pods.core.deleteNamespacedPod({ namespace, name, gracePeriodSeconds: 0 });
    const killedAt = performance.now();
    await vi.waitFor(async () => expect(await runsKernels(other)).toBe(true), { timeout: 30_000 });
    const tookOverMs = performance.now() - killedAt;
    const events = parseEvents(await (await rest(other, 'GET', stream)).text());
    expect(events.at(-1)).toMatchObject({ event: 'final_response', data: { status: 'ok' } });
    expect(events.map(({ id }) => id)).toEqual(events.map((_, i) => String(i + 1)));
    const printed = Array.from({ length: lines }, (_, i) => `line ${i}\n`);
    expect(events.map(({ data }) => data.text ?? '').join('')).toBe(`of the branch\n${printed.join('')}`);
    expect(tookOverMs).toBeLessThan(15_000);

    const third = await pods.readyPod(other.pod.metadata!.uid);
    expect((await rest(third, 'DELETE', `/workers/${session.worker_id}`)).status).toBe(204);
    await vi.waitFor(
      async () => {
        const left = await pods.core.listNamespacedPod({ namespace: 'notebook-workers' });
        expect(left.items).toEqual([]);
      },
      { timeout: 20_000 },
    );
  });
});
