import type { MountSettings } from 'dockerode';

/** The packages of a worker's branch. */
export interface InstalledPackages {
  /** What is at `environmentFolder` or below it in the container. */
  mount: MountSettings;
  /**
   * Called once between the creation of the container and its start, where the packages are not in what is mounted.
   * @throws EngineError; what `signal` was aborted with
   */
  unpack?(containerId: string, signal: AbortSignal): Promise<void>;
}
