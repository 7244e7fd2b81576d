import type { V1Container, V1PodSpec, V1Volume } from '@kubernetes/client-node';

/** The port on which the server of a Pod listens. */
export const workerPort = 8888;
/** The key of the token in a Secret, which is also the name of its file. */
export const tokenKey = 'token';
/** Where a container has the token of its server. */
export const tokenFolder = '/run/worker';

/** The user of the worker image. */
const userId = 1000;

/** What all Pods have in common that run what users wrote. */
export const podBasics = {
  restartPolicy: 'Never',
  automountServiceAccountToken: false,
  enableServiceLinks: false,
  securityContext: {
    runAsNonRoot: true,
    runAsUser: userId,
    runAsGroup: userId,
    fsGroup: userId,
    seccompProfile: { type: 'RuntimeDefault' },
  },
} satisfies Partial<V1PodSpec>;

/** What all of their containers have in common. */
export const containerBasics = {
  imagePullPolicy: 'IfNotPresent',
  securityContext: {
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
  },
} satisfies Partial<V1Container>;

/**
 * The form in which a container has variables. The kubelet replaces references to other variables, `$(NAME)`, and makes
 * `$$` one dollar: each container has the values as they were given.
 * @see https://kubernetes.io/docs/tasks/inject-data-application/define-interdependent-environment-variables/
 */
export function variablesOf(environment: Record<string, string>): V1Container['env'] {
  return Object.entries(environment).map(([name, value]) => ({ name, value: value.replaceAll('$', '$$$$') }));
}

/** The volume with one file of a Secret, which has the name of its key. */
export function secretVolume(name: string, secretName: string, key: string): V1Volume {
  return { name, secret: { secretName, items: [{ key, path: key }], defaultMode: 0o440 } };
}
