import type { V1Container, V1Pod, V1ResourceRequirements } from '@kubernetes/client-node';
import type { WorkerLimits, WorkerSpec } from '../../worker-spec.js';
import type { PackageArchive } from '../environments/install-archive.js';
import { environmentFolder, packagesFolder } from '../environments/pip-program.js';
import { fetchContainer, filesFolder, gitConfigVolume } from './fetch-container.js';
import { packagesContainer, packagesMb, packagesVolume } from './packages-container.js';
import {
  containerBasics,
  podBasics,
  secretVolume,
  tokenFolder,
  tokenKey,
  variablesOf,
  workerPort,
} from './pod-basics.js';
import { claimsVolume, workVolume } from './work-volume.js';
import { labelsOf, objectNameOf } from './worker-object-names.js';

/** How long a server may take to end by itself. */
const stopGraceSeconds = 5;

/** The container's log, which is all that is written outside of the volumes. */
const logStorageMb = 64;
/** A server that did not answer once within this time is ended by the cluster. */
const startupSeconds = 600;

const serverContainer = 'jupyter';
/** The environment variables of the gateway's own. */
const ownVariable = /^(?:HOME|WORKER_(?:PACKAGES|PORT|ROOT|TOKEN_FILE|WARM_IMPORTS))$/;

/** What the Pods of all workers of a backend have in common. */
export interface WorkerPodOptions {
  gatewayId: string;
  /** The image to run; its entry point starts Jupyter Server. */
  image: string;
  /** The StorageClass of the volumes of classes that name none; default none, for the node's disk. */
  storageClass?: string;
  /** The packages of the branch; default none. */
  packages?: PackageArchive;
  /** Where Pods reach the gateway, to fetch the files; by default they are written later. */
  gatewayUrl?: string;
}

/**
 * The Pod of a worker. It passes the Pod Security Standard `restricted`. Its container cannot start before the worker's
 * Secret exists.
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted
 */
export function workerPod(spec: WorkerSpec, options: WorkerPodOptions): V1Pod {
  const { workerId, placement, checkout } = spec;
  const { packages } = options;
  const name = objectNameOf(workerId);
  const server = workerContainer(spec, options);
  const fetch = checkout && options.gatewayUrl && fetchContainer(checkout, options.gatewayUrl, server);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: labelsOf(workerId, options.gatewayId) },
    spec: {
      ...podBasics,
      terminationGracePeriodSeconds: stopGraceSeconds,
      nodeSelector: placement.nodeSelector,
      tolerations: placement.tolerations,
      initContainers: [...(fetch ? [fetch] : []), ...(packages ? [packagesContainer(server)] : [])],
      containers: [server],
      volumes: [
        workVolume(spec.limits.workspaceStorageMb, spec.volume, options.storageClass),
        { name: 'scratch', emptyDir: { sizeLimit: `${spec.limits.tmpStorageMb}Mi` } },
        secretVolume('token', name, tokenKey),
        ...(fetch ? [gitConfigVolume(name)] : []),
        ...(packages ? [packagesVolume(packages)] : []),
      ],
    },
  };
}

function workerContainer(
  { limits, profile, volume }: WorkerSpec,
  { image, storageClass, packages }: WorkerPodOptions,
): V1Container {
  const environment = {
    ...profile.environment,
    HOME: '/home/worker',
    WORKER_ROOT: '/work',
    WORKER_PORT: String(workerPort),
    WORKER_TOKEN_FILE: `${tokenFolder}/${tokenKey}`,
    WORKER_WARM_IMPORTS: profile.warmImports.join(','),
    ...(packages && { WORKER_PACKAGES: packagesFolder }),
  };
  // `/api` is the one resource of Jupyter Server that needs no token.
  const probe = { httpGet: { path: '/api', port: workerPort } };
  return {
    ...containerBasics,
    name: serverContainer,
    image,
    workingDir: '/work',
    env: variablesOf(environment),
    ports: [{ containerPort: workerPort }],
    startupProbe: { ...probe, periodSeconds: 1, timeoutSeconds: 2, failureThreshold: startupSeconds },
    readinessProbe: { ...probe, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
    resources: resourcesOf(limits, !claimsVolume(volume, storageClass), packages),
    volumeMounts: [
      // The root of a disk may have a folder `lost+found`.
      { name: 'work', mountPath: '/work', subPath: filesFolder },
      { name: 'scratch', mountPath: '/tmp', subPath: 'tmp' },
      { name: 'scratch', mountPath: '/home/worker', subPath: 'home' },
      { name: 'token', mountPath: tokenFolder, readOnly: true },
      ...(packages ? [{ name: 'packages', mountPath: environmentFolder, readOnly: true }] : []),
    ],
  };
}

/** The values of the environment variables of a worker's server that its profile, or the cluster, has given. */
export function profileValuesOf({ spec }: V1Pod): string[] {
  const server = spec?.containers.find(({ name }) => name === serverContainer);
  const given = (server?.env ?? []).filter(({ name }) => !ownVariable.test(name));
  return given.map(({ value = '' }) => value.replaceAll('$$', '$'));
}

/**
 * Requests equal limits, so that a worker has what its class says, and is among the last that a full node evicts.
 * @param isWorkOnNode whether the files are on the node's disk
 */
function resourcesOf(
  limits: WorkerLimits,
  isWorkOnNode: boolean,
  packages: PackageArchive | undefined,
): V1ResourceRequirements {
  const workMb = isWorkOnNode ? limits.workspaceStorageMb : 0;
  const diskMb = workMb + limits.tmpStorageMb + logStorageMb + (packages ? packagesMb(packages) : 0);
  const amounts: Record<string, string> = {
    cpu: `${Math.round(limits.cpuLimit * 1000)}m`,
    memory: `${limits.memoryMb}Mi`,
    'ephemeral-storage': `${diskMb}Mi`,
  };
  if (limits.gpuCount > 0) amounts['nvidia.com/gpu'] = String(limits.gpuCount);
  return { requests: amounts, limits: amounts };
}
