import { homedir } from 'node:os';
import type { Heartbeat } from './heartbeat.js';
import type { Isolation } from './isolation.js';
import type { Sandbox } from './launcher-program.js';

/**
 * What the programs of a worker may do.
 * @param of.uid the user of the worker; null for the gateway's own
 * @param of.hiddenFolders hidden beside the folder of the workers, that of the environments and the user's home folder
 */
export function createSandbox(of: {
  stateRoot: string;
  environmentsDirectory?: string;
  hiddenFolders?: string[];
  heartbeat: Heartbeat;
  isolation: Isolation;
  uid: number | null;
  tmpStorageMb: number;
}): Sandbox {
  const { stateRoot, environmentsDirectory, hiddenFolders = [], heartbeat } = of;
  return {
    isolate: of.isolation !== 'none',
    uid: of.uid,
    hidden: [
      ...[stateRoot, homedir(), ...hiddenFolders],
      ...(environmentsDirectory === undefined ? [] : [environmentsDirectory]),
    ],
    tmpMb: of.tmpStorageMb,
    heartbeat: heartbeat.file,
    orphanSeconds: heartbeat.orphanMs / 1_000,
  };
}
