import { isIPv6 } from 'node:net';
import type { V1Pod } from '@kubernetes/client-node';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { workerPort } from './pod-basics.js';

/** Where the server of a Pod answers. @throws Error while the Pod has no address */
export function endpointOf(pod: V1Pod, token: string): JupyterEndpoint {
  const address = pod.status?.podIP;
  if (!address) throw new Error('The Pod has no address yet.');
  const host = isIPv6(address) ? `[${address}]` : address;
  return { baseUrl: `http://${host}:${workerPort}/`, token };
}
