/** Where a container has the folder in which its packages are installed. It is the same while they are installed. */
export const environmentFolder = '/environment';
/** Where a worker has its packages. */
export const packagesFolder = `${environmentFolder}/site`;

/** The packages of a worker's branch. */
export interface InstalledPackages {
  /** Absolute path on the engine's machine. */
  folder: string;
  /** The `PATH` of the image. */
  imagePath: string;
}

/** The variables with which kernels find the packages and their programs. The server ignores `PYTHONPATH`. */
export function packagesVariables({ imagePath }: InstalledPackages): Record<string, string> {
  return { PYTHONPATH: packagesFolder, PATH: `${imagePath}:${packagesFolder}/bin` };
}
