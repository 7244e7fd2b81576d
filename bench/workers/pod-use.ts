import { z } from 'zod';
import { objectNameOf } from '../../src/workers/backends/kubernetes/worker-object-names.js';
import type { ClusterWorkers } from './cluster-workers.js';
import type { Use } from './idle-use.js';

const summary = z.object({
  pods: z.array(
    z.object({
      podRef: z.object({ name: z.string(), namespace: z.string() }),
      cpu: z.object({ time: z.string(), usageCoreNanoSeconds: z.number() }),
      memory: z.object({ workingSetBytes: z.number() }),
    }),
  ),
});

/**
 * Measures Pods through the kubelets, which know it also in clusters without a metrics server.
 * @see https://kubernetes.io/docs/reference/instrumentation/node-metrics/
 */
export function podUse({ core, namespace }: ClusterWorkers): (workerId: string) => Promise<Use> {
  return async (workerId) => {
    const name = objectNameOf(workerId);
    const { spec } = await core.readNamespacedPod({ name, namespace });
    const answer: unknown = await core.connectGetNodeProxyWithPath({
      name: spec!.nodeName!,
      path: 'stats/summary',
    });
    const { pods } = summary.parse(typeof answer === 'string' ? JSON.parse(answer) : answer);
    const pod = pods.find(({ podRef }) => podRef.name === name && podRef.namespace === namespace);
    if (!pod) throw new Error('The kubelet has not measured the Pod yet.');
    return {
      cpuSeconds: pod.cpu.usageCoreNanoSeconds / 1e9,
      memoryMb: pod.memory.workingSetBytes / 1024 ** 2,
      at: Date.parse(pod.cpu.time),
    };
  };
}
