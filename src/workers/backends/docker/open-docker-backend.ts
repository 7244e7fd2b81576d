import { join } from 'node:path';
import type { Logger } from 'pino';
import type { ContainerConfig } from '../../../config.js';
import type { FileOwner, WorkerBackend } from '../../backend.js';
import type { CreationCheck } from '../../creation-check.js';
import { AllowedImages } from '../allowed-images.js';
import { DockerBackend } from './docker-backend.js';
import { DockerEngine } from './docker-engine.js';
import { engineAddress } from './engine-address.js';
import { LocalAccess } from './local-access.js';
import { RemoteAccess } from './remote-access.js';
import { RunFolders } from './run-folders.js';
import { WorkerContainers } from './worker-containers.js';
import { WorkerImages } from './worker-images.js';
import { WorkerNetwork } from './worker-network.js';

/** The user of the containers when the gateway is root, because no worker should be. */
const unprivileged: FileOwner = { uid: 1000, gid: 1000 };

/**
 * Opens the backend `docker`. It connects to the engine in the background, also when the engine is started later.
 * @param options.stateRoot absolute path of a folder that outlives the gateway
 * @throws DomainError `runtime_unavailable` when the certificates of a remote engine are missing
 */
export function openDockerBackend(options: {
  config: Pick<ContainerConfig, 'dockerHost' | 'dockerCertPath' | 'image' | 'allowedImages'>;
  stateRoot: string;
  /** Absolute path of a folder that outlives the gateway, for the packages of workers. */
  environmentsDirectory: string;
  /** The id of the database. */
  gatewayId: string;
  /** A server that does not answer for so long is lost; default 60 s. */
  lostAfterMs?: number;
  /** How long the installation of packages may take, in ms; default 10 minutes. */
  maxBuildMs?: number;
  /** Default: it always may. */
  mayCreate?: CreationCheck;
  log: Logger;
}): WorkerBackend {
  const { config, gatewayId, lostAfterMs, maxBuildMs, log } = options;
  const { address, isRemote } = engineAddress(config);
  const engine = new DockerEngine(address, options.mayCreate);
  const user = isRemote ? gatewayUser() : containerUser();
  const folders = new RunFolders(join(options.stateRoot, 'docker'), user);
  const access = isRemote ? new RemoteAccess(engine) : new LocalAccess(folders, user);
  const network = new WorkerNetwork(engine, gatewayId);
  const containers = new WorkerContainers({ engine, access, network, gatewayId });
  const images = new WorkerImages({ engine, allowed: new AllowedImages(config), log });
  const { environmentsDirectory } = options;
  return new DockerBackend({
    ...{ engine, access, containers, folders, images, network },
    ...{ environmentsDirectory, gatewayId, lostAfterMs, maxBuildMs, log },
  });
}

/** The gateway's own user, so that both may write the files, unless that is root. */
function containerUser(): FileOwner {
  const user = gatewayUser();
  return user.uid === 0 ? unprivileged : user;
}

function gatewayUser(): FileOwner {
  return { uid: process.getuid!(), gid: process.getgid!() };
}
