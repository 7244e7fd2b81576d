/** The label with the id of the worker that an object belongs to. */
export const workerLabel = 'notebook-gateway.io/worker';
/** The label with the id of the gateway that created an object. */
export const gatewayLabel = 'notebook-gateway.io/gateway';
/** The label with the id of an installation of packages that an object belongs to. */
export const packagesLabel = 'notebook-gateway.io/packages';
/** The label of Kubernetes with the name of an application. */
export const appLabel = 'app.kubernetes.io/name';
/** The value of {@link appLabel} on the Pods of gateways: NetworkPolicies admit them by it. */
export const gatewayAppName = 'notebook-gateway';

/**
 * The name of a worker's Pod, and of its Secret and its NetworkPolicy.
 * @throws Error when `workerId` is no UUID
 */
export function objectNameOf(workerId: string): string {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(workerId))
    throw new Error('This is not a worker id.');
  return `worker-${workerId}`;
}

/** The name of the objects of an installation of packages. @param id a UUID */
export function packagesNameOf(id: string): string {
  return `packages-${id}`;
}

/** The labels of a worker's objects. */
export function labelsOf(workerId: string, gatewayId: string): Record<string, string> {
  return { [appLabel]: 'notebook-worker', [workerLabel]: workerId, [gatewayLabel]: gatewayId };
}

/** The labels of the objects of an installation of packages. @param id a UUID */
export function packagesLabelsOf(id: string, gatewayId: string): Record<string, string> {
  return { [appLabel]: 'notebook-packages', [packagesLabel]: id, [gatewayLabel]: gatewayId };
}
