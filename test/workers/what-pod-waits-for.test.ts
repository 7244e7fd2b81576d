import type { V1Pod } from '@kubernetes/client-node';
import { expect, it } from 'vitest';
import { whatPodWaitsFor } from '../../src/workers/backends/kubernetes/what-pod-waits-for.js';

const podWith = (status: V1Pod['status']): V1Pod => ({ metadata: { name: 'a' }, status });

it.each([
  ['nobody has looked for a node', podWith({}), 'Waiting for a node'],
  [
    'the scheduler could not reach the API server',
    podWith({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulerError' }] }),
    'Waiting for a node',
  ],
  [
    'no node has room',
    podWith({ conditions: [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable' }] }),
    'No node has room for this worker; waiting for one',
  ],
  [
    'it has a node',
    podWith({ conditions: [{ type: 'PodScheduled', status: 'True' }] }),
    'Preparing the container',
  ],
])('says what a Pod waits for: %s', (_what, pod, message) => {
  expect(whatPodWaitsFor(pod)).toMatchObject({ message });
});
