import type { V1Pod } from '@kubernetes/client-node';
import pino from 'pino';
import { beforeEach, expect, it, type Mock, vi } from 'vitest';
import { PodFollower } from '../../src/workers/backends/kubernetes/pod-follower.js';
import { workerLabel } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import type { WorkerExit } from '../../src/workers/worker-exit.js';

const workerId = '00000000-0000-4000-8000-000000000001';

/** A Pod that runs. @param ready whether its server answers the kubelet @param started whether it ever did; default true */
function podOf({ ready, started = true }: { ready: boolean; started?: boolean }): V1Pod {
  return {
    metadata: { labels: { [workerLabel]: workerId } },
    status: {
      phase: 'Running',
      conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
      containerStatuses: [{ name: 'server', ready, started, state: { running: {} } }],
    } as V1Pod['status'],
  };
}

let findPod: Mock<(id: string) => Promise<V1Pod | undefined>>;
let exits: WorkerExit[];
let follower: PodFollower;
beforeEach(() => {
  vi.useFakeTimers();
  exits = [];
  findPod = vi.fn();
  follower = new PodFollower({
    ...{ maxTroubleMs: 120_000, findPod, log: pino({ level: 'silent' }) },
    lastOutputOf: async () => undefined,
  });
  follower.onExit((exit) => exits.push(exit));
  follower.follow(workerId, podOf({ ready: true }));
  return () => {
    follower.close();
    vi.useRealTimers();
  };
});

it('ends a worker whose server is silent for as long as is allowed, and still is when the API is asked', async () => {
  findPod.mockResolvedValue(podOf({ ready: false }));
  follower.changed(podOf({ ready: false }), false);
  await vi.advanceTimersByTimeAsync(119_000);
  expect(exits).toEqual([]);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(exits).toMatchObject([{ workerId, reason: 'lost' }]);
});

it('ends no worker that has recovered while the API was away', async () => {
  findPod.mockRejectedValueOnce(new Error('away')).mockRejectedValueOnce(new Error('away'));
  findPod.mockResolvedValue(podOf({ ready: true }));
  follower.changed(podOf({ ready: false }), false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(findPod).toHaveBeenCalledTimes(3);
  expect(exits).toEqual([]);
});

it('does not ask about a trouble that has passed', async () => {
  follower.changed(podOf({ ready: false }), false);
  follower.changed(podOf({ ready: true }), false);
  await vi.advanceTimersByTimeAsync(600_000);
  expect(findPod).not.toHaveBeenCalled();
});

it('ends a worker whose Pod is gone by then as lost', async () => {
  findPod.mockResolvedValue(undefined);
  follower.changed(podOf({ ready: false }), false);
  await vi.advanceTimersByTimeAsync(121_000);
  expect(exits).toMatchObject([{ workerId, reason: 'lost', detail: expect.stringContaining('was deleted') }]);
});

it('ends a worker as lost with its node when the node has never reported that its server started', async () => {
  const early = podOf({ ready: false, started: false });
  findPod.mockResolvedValue(early);
  follower.changed(early, false);
  await vi.advanceTimersByTimeAsync(121_000);
  expect(exits).toMatchObject([{ workerId, reason: 'node_lost' }]);
});
