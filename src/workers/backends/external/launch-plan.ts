import type { WorkerSpec } from '../../worker-spec.js';
import type { Heartbeat } from './heartbeat.js';
import type { Isolation } from './isolation.js';
import type { LaunchPlan } from './launcher-program.js';
import { type ServerFolders, serverProgram } from './server-setup.js';

/** How the server of one worker is started. Paths are absolute. */
export interface ServerLaunch {
  python: string;
  isolation: Isolation;
  /** The user of the worker; null for the gateway's. */
  uid: number | null;
  /** The folder of the packages of its kernels; undefined for none. */
  site: string | undefined;
  /** The folders whose content it does not see. */
  hidden: string[];
  heartbeat: Heartbeat;
}

/** What the launcher of a worker's server does. */
export function launchPlan(spec: WorkerSpec, folders: ServerFolders, how: ServerLaunch): LaunchPlan {
  return {
    command: [how.python, '-I', '-c', serverProgram, folders.settings],
    directory: folders.root,
    isolate: how.isolation !== 'none',
    uid: how.uid,
    hidden: how.hidden,
    own: [spec.filesDirectory, folders.root],
    readable: how.site === undefined ? [] : [how.site],
    tmpMb: spec.limits.tmpStorageMb,
    heartbeat: how.heartbeat.file,
    orphanSeconds: how.heartbeat.orphanMs / 1_000,
  };
}
