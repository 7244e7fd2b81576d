import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { WorkerCheckout } from '../../worker-spec.js';
import { secretVolume, variablesOf } from './pod-basics.js';

/** The key of Git's settings in a worker's Secret, which is also the name of their file. */
export const gitConfigKey = 'git-config';
/** The container that fetches the files before the server starts. */
export const fetchContainerName = 'files';
/** The folder of the files in the volume for the work. */
export const filesFolder = 'files';

const settingsFolder = '/run/fetch';
const workFolder = '/fetch';

/**
 * What the container of a worker that fetches the files adds to those of the server; it takes the rest from it.
 * @param gatewayUrl where Pods reach the gateway
 * @param server the container of the server
 */
export function fetchContainer(
  { path, commitOid }: WorkerCheckout,
  gatewayUrl: string,
  server: V1Container,
): V1Container {
  const { image, imagePullPolicy, resources, securityContext } = server;
  const environment = {
    FETCH_URL: `${gatewayUrl}${path}`,
    FETCH_COMMIT: commitOid,
    FETCH_WORK: workFolder,
    FETCH_FOLDER: filesFolder,
    GIT_CONFIG_GLOBAL: `${settingsFolder}/${gitConfigKey}`,
  };
  return {
    ...{ image, imagePullPolicy, resources, securityContext },
    name: fetchContainerName,
    command: ['/opt/worker/fetch_files'],
    env: variablesOf(environment),
    volumeMounts: [
      { name: 'work', mountPath: workFolder },
      { name: 'git', mountPath: settingsFolder, readOnly: true },
    ],
  };
}

/** The volume with Git's settings, which the server does not see. */
export function gitConfigVolume(secretName: string): V1Volume {
  return secretVolume('git', secretName, gitConfigKey);
}

/** Git's settings, with the credentials for the fetch. @param token of base64url characters and dots */
export function gitConfig(token: string): string {
  return `[http]
	extraHeader = Authorization: Bearer ${token}
	followRedirects = false
	lowSpeedLimit = 1
	lowSpeedTime = 60
[protocol]
	version = 2
[core]
	hooksPath = /dev/null
	symlinks = false
`;
}
