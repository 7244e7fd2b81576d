import { ApiException } from '@kubernetes/client-node';
import { expect, test, vi } from 'vitest';
import type { ClusterClient } from '../../src/workers/backends/kubernetes/cluster-client.js';
import { toClusterError } from '../../src/workers/backends/kubernetes/cluster-error.js';
import { createWithinQuota } from '../../src/workers/backends/kubernetes/create-within-quota.js';
import { PodStartProgress } from '../../src/workers/backends/kubernetes/pod-start-progress.js';
import type { PodWatch } from '../../src/workers/backends/kubernetes/pod-watch.js';
import { PodStart } from '../../src/workers/backends/kubernetes/start-pod.js';

/** What the API answers to a creation, as the client throws it. */
function refusal(code: number, message: string, kind = 'pods') {
  return toClusterError(new ApiException(code, '', JSON.stringify({ message, details: { kind } }), {}));
}

const forbidden = (why: string) => refusal(403, `pods "worker-1" is forbidden: ${why}`);
const exceeded = forbidden('exceeded quota: team, requested: pods=1, used: pods=3, limited: pods=3');
const changed = refusal(
  409,
  'Operation cannot be fulfilled on resourcequotas "team": the object has been modified; please apply your changes to the latest version and try again',
  'resourcequotas',
);

test.each([
  [refusal(409, 'pods "worker-1" already exists'), 'conflict', /exists already/],
  [changed, 'quota_unsettled', /quota .* changing/],
  [forbidden('status unknown for quota: team, resources: pods'), 'quota_unsettled', /quota .* changing/],
  [exceeded, 'quota', /used up/],
  [
    forbidden('failed quota: team: must specify limits.nvidia.com/gpu for: jupyter'),
    'quota_refused',
    /ask an admin/,
  ],
  [forbidden('insufficient quota to consume: limits.cpu'), 'quota_refused', /ask an admin/],
  [
    forbidden('unable to create new content in namespace workers because it is being terminated'),
    'namespace_ending',
    /being deleted/,
  ],
  [
    forbidden('cpu max limit to request ratio per Container is 2, but provided ratio is 4.000000'),
    'limits',
    /resource class/,
  ],
  [forbidden('maximum memory usage per Container is 300Mi, but limit is 512Mi'), 'limits', /resource class/],
  [
    refusal(403, 'pods is forbidden: User "system:serviceaccount:a:b" cannot create resource "pods"'),
    'forbidden',
    /lacks rights/,
  ],
])('a refusal says what it is: %s', ({ fault, message }, expected, sentence) => {
  expect(fault).toBe(expected);
  expect(message).toMatch(sentence);
});

const limit = () => AbortSignal.timeout(10_000);

test.each([changed, exceeded])('a creation is tried again after: $fault', async (error) => {
  const create = vi.fn(async () => 'created');
  create.mockRejectedValueOnce(error).mockRejectedValueOnce(error);
  const messages: string[] = [];
  const progress = new PodStartProgress((_, message) => messages.push(message));
  expect(await createWithinQuota(create, { progress, signal: limit() })).toBe('created');
  expect(create).toHaveBeenCalledTimes(3);
  expect(messages.join()).toBe(error === exceeded ? messages[0] : '');
});

test('a creation is not tried again after what no time heals', async () => {
  const error = forbidden('failed quota: team: must specify limits.cpu for: jupyter');
  const create = vi.fn().mockRejectedValue(error);
  const progress = new PodStartProgress(() => {});
  await expect(createWithinQuota(create, { progress, signal: limit() })).rejects.toBe(error);
  expect(create).toHaveBeenCalledTimes(1);
});

test('the NetworkPolicy and the Secret of a Pod wait for the quota as it does', async () => {
  const pod = { metadata: { name: 'worker-1', uid: '1', labels: {} } };
  const once = (error: unknown) => vi.fn(async () => pod as never).mockRejectedValueOnce(error);
  const cluster = {
    ...{ createPod: once(exceeded), createNetworkPolicy: once(exceeded), createSecret: once(exceeded) },
    // It is looked at when all is created.
    findPod: vi.fn().mockRejectedValue(refusal(403, 'the end of the test')),
  };
  const start = new PodStart({
    ...{ cluster: cluster as unknown as ClusterClient, signal: limit(), report: () => {}, egress: false },
    watch: { get: () => undefined, untilChanged: async () => {} } as unknown as PodWatch,
    gateway: { cidrs: [], namespace: 'gateway' },
  });
  await expect(start.run(pod)).rejects.toMatchObject({ fault: 'forbidden' });
  const { createPod, createNetworkPolicy, createSecret } = cluster;
  for (const create of [createPod, createNetworkPolicy, createSecret])
    expect(create).toHaveBeenCalledTimes(2);
});
