import { homedir } from 'node:os';
import type { Heartbeat } from './heartbeat.js';
import type { Isolation } from './isolation.js';
import type { Sandbox } from './launcher-program.js';

/**
 * The folders that the programs of workers must not see.
 * @param of.hiddenFolders those beside the folder of the workers, that of the environments and the user's home folder
 * @returns absolute paths
 */
export function foldersToHide(of: {
  stateRoot: string;
  environmentsDirectory?: string;
  hiddenFolders?: string[];
}): string[] {
  const { stateRoot, environmentsDirectory, hiddenFolders = [] } = of;
  const environments = environmentsDirectory === undefined ? [] : [environmentsDirectory];
  return [stateRoot, homedir(), ...hiddenFolders, ...environments];
}

/**
 * What the programs of a worker may do.
 * @param of.uid the user of the worker; null for the gateway's own
 * @param of.tmpStorageMb MiB for each of their folders of temporary files
 */
export function createSandbox(
  of: Parameters<typeof foldersToHide>[0] & {
    heartbeat: Heartbeat;
    isolation: Isolation;
    uid: number | null;
    tmpStorageMb: number;
  },
): Sandbox {
  const { heartbeat } = of;
  return {
    isolate: of.isolation !== 'none',
    uid: of.uid,
    hidden: foldersToHide(of),
    tmpMb: of.tmpStorageMb,
    heartbeat: heartbeat.file,
    orphanSeconds: heartbeat.orphanMs / 1_000,
  };
}
