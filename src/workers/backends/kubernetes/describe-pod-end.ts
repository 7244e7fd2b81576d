import type { V1Pod } from '@kubernetes/client-node';
import type { Logger } from 'pino';
import { hideSecrets } from '../../hide-secrets.js';
import type { WorkerEnd } from '../../worker-exit.js';
import type { ClusterClient } from './cluster-client.js';
import { lastOutputOf } from './last-output.js';
import { containerOf } from './pod-status.js';
import { whyPodEnded } from './why-pod-ended.js';
import { profileValuesOf } from './worker-pod.js';
import { tokenIn } from './worker-secret.js';

const maxLogLength = 4_000;

/** How a worker ended whose Pod has ended while nobody followed it. Never throws. */
export async function describePodEnd(
  pod: V1Pod,
  { cluster, log }: { cluster: Pick<ClusterClient, 'findSecret' | 'readOutput'>; log: Logger },
): Promise<WorkerEnd> {
  const { name } = pod.metadata!;
  const end = whyPodEnded(pod);
  const { exitCode, reason: containerReason } = containerOf(pod)?.state?.terminated ?? {};
  const podReason = pod.status?.reason;
  // Without the token nobody can remove it from the output.
  const token = tokenIn(await cluster.findSecret(name!).catch(() => undefined));
  const output = token && (await lastOutputOf(pod, token, cluster));
  log.warn(
    {
      ...{ pod: name, reason: end.reason, podReason, containerReason, exitCode },
      output: output && hideSecrets(output, profileValuesOf(pod)).slice(-maxLogLength),
    },
    'the Pod of a worker has ended',
  );
  return { ...end, output };
}
