import type { V1Container, V1Volume } from '@kubernetes/client-node';
import type { PackageArchive } from '../environments/install-archive.js';
import { environmentFolder } from '../environments/pip-program.js';
import { receiveCommand } from './archive-programs.js';
import { tokenFolder, tokenKey, workerPort } from './pod-basics.js';

/** The container that takes the packages from the gateway before the server starts. */
export const packagesContainerName = 'packages';

const mebibyte = 1024 ** 2;

/** The container of that name; it takes the rest from that of the server. */
export function packagesContainer(server: V1Container): V1Container {
  const { image, imagePullPolicy, resources, securityContext } = server;
  return {
    ...{ image, imagePullPolicy, resources, securityContext },
    name: packagesContainerName,
    command: receiveCommand(`${tokenFolder}/${tokenKey}`, workerPort),
    ports: [{ containerPort: workerPort }],
    volumeMounts: [
      { name: 'packages', mountPath: environmentFolder },
      { name: 'token', mountPath: tokenFolder, readOnly: true },
    ],
  };
}

/** The volume with the packages, which the server may only read. */
export function packagesVolume(packages: PackageArchive): V1Volume {
  return { name: 'packages', emptyDir: { sizeLimit: `${packagesMb(packages)}Mi` } };
}

/** The disk space of unpacked packages in MiB: a small file takes more of it than of the archive. */
export function packagesMb({ bytes }: PackageArchive): number {
  return 2 * Math.ceil(bytes / mebibyte) + 16;
}
