import { setTimeout as sleep } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import { beforeEach, expect, it, type Mock, vi } from 'vitest';
import { AdmissionCheck } from '../../src/workers/backends/kubernetes/admission-check.js';
import type { ClusterClient } from '../../src/workers/backends/kubernetes/cluster-client.js';
import { ClusterError } from '../../src/workers/backends/kubernetes/cluster-error.js';

let checkPod: Mock<(pod: V1Pod) => Promise<void>>;
let admission: AdmissionCheck;
beforeEach(() => {
  checkPod = vi.fn(async () => {});
  admission = new AdmissionCheck({ checkPod } as unknown as ClusterClient, { gatewayId: 'gateway' });
});

const imageOf = (pod: V1Pod) => pod.spec!.containers[0]!.image;

it('asks the cluster once for each image, however the profiles of a list follow each other', async () => {
  const denied = new ClusterError('pod_security');
  checkPod.mockImplementation(async (pod) => {
    if (imageOf(pod) === 'two') throw denied;
  });
  for (let row = 0; row < 5; row++) {
    expect(await admission.unavailableReason('one')).toBeNull();
    expect(await admission.unavailableReason('two')).toBe(denied.message);
  }
  expect(checkPod.mock.calls.map(([pod]) => imageOf(pod))).toEqual(['one', 'two']);
});

it('asks again after 5 seconds', async () => {
  const clock = vi.spyOn(performance, 'now');
  const askAt = async (ms: number) => {
    clock.mockReturnValue(ms);
    // The cache reads the clock once in a millisecond.
    await sleep(5);
    await admission.unavailableReason('one');
    return checkPod.mock.calls.length;
  };
  expect(await askAt(100_000)).toBe(1);
  expect(await askAt(104_900)).toBe(1);
  expect(await askAt(105_100)).toBe(2);
});
