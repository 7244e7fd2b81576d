import type { V1Container, V1Pod } from '@kubernetes/client-node';
import { maxBuildMs, maxEnvironmentBytes } from '../environments/build-limits.js';
import { environmentFolder, pipCommand } from '../environments/pip-program.js';
import { sendCommand } from './archive-programs.js';
import {
  containerBasics,
  podBasics,
  secretVolume,
  tokenFolder,
  tokenKey,
  variablesOf,
  workerPort,
} from './pod-basics.js';
import { packagesLabelsOf, packagesNameOf } from './worker-object-names.js';

/** The key of the `requirements.txt` in the Secret, which is also the name of its file. */
export const requirementsKey = 'requirements.txt';
/** The container that runs pip. */
export const pipContainerName = 'pip';

/** The memory of that container, in MiB. */
export const pipMemoryMb = 2_048;

const requirementsFolder = '/run/requirements';
/** The archive is fetched within the limit of the caller, which comes first. */
const maxSeconds = maxBuildMs / 1_000 + 120;
const packagesMb = maxEnvironmentBytes / 1024 ** 2;
const resources = {
  requests: { cpu: '250m', memory: '512Mi', 'ephemeral-storage': '256Mi' },
  limits: { cpu: '1', memory: `${pipMemoryMb}Mi`, 'ephemeral-storage': `${packagesMb + 64}Mi` },
};

/** What a Pod installs, and with what. */
export interface PackagePodOptions {
  /** A UUID. */
  id: string;
  gatewayId: string;
  image: string;
  /** The environment variables of the worker. */
  environment: Record<string, string>;
  /** Whether pip may not run code of packages. */
  wheelsOnly: boolean;
}

/**
 * The Pod that installs packages: pip runs before its server, and nothing of it runs beside that. The server gives the
 * packages to the gateway. It passes the Pod Security Standard `restricted`, and no container starts before its Secret exists.
 */
export function packagePod(options: PackagePodOptions): V1Pod {
  const name = packagesNameOf(options.id);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, labels: packagesLabelsOf(options.id, options.gatewayId) },
    spec: {
      ...podBasics,
      activeDeadlineSeconds: maxSeconds,
      terminationGracePeriodSeconds: 1,
      initContainers: [pipContainer(options)],
      containers: [sendContainer(options)],
      volumes: [
        { name: 'packages', emptyDir: { sizeLimit: `${packagesMb}Mi` } },
        secretVolume('token', name, tokenKey),
        secretVolume('requirements', name, requirementsKey),
      ],
    },
  };
}

function pipContainer({ image, environment, wheelsOnly }: PackagePodOptions): V1Container {
  const requirements = `${requirementsFolder}/${requirementsKey}`;
  const { command, variables } = pipCommand({ requirements, environment, wheelsOnly });
  return {
    ...{ name: pipContainerName, image, command },
    ...containerBasics,
    env: variablesOf(variables),
    resources,
    volumeMounts: [
      { name: 'packages', mountPath: environmentFolder, subPath: 'environment' },
      { name: 'packages', mountPath: '/tmp', subPath: 'tmp' },
      { name: 'requirements', mountPath: requirementsFolder, readOnly: true },
    ],
  };
}

function sendContainer({ image }: PackagePodOptions): V1Container {
  return {
    ...{ name: 'archive', image, command: sendCommand(`${tokenFolder}/${tokenKey}`, workerPort) },
    ...containerBasics,
    ports: [{ containerPort: workerPort }],
    resources,
    volumeMounts: [
      { name: 'packages', mountPath: environmentFolder, subPath: 'environment', readOnly: true },
      { name: 'token', mountPath: tokenFolder, readOnly: true },
    ],
  };
}
