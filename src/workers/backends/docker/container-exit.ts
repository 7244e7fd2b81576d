import type { ContainerInspectInfo } from 'dockerode';
import type { WorkerExit } from '../../worker-exit.js';

/** The status of a process that was ended by SIGKILL, as the kernel does when there is no memory left. */
const killedStatus = 137;

/** How a worker ended whose container is gone. */
export const containerVanished: Omit<WorkerExit, 'workerId'> = {
  reason: 'lost',
  detail: 'The container of this worker was removed; start a new worker.',
};

/** How a worker ended whose container does not run any more. */
export function describeContainerExit({ State }: ContainerInspectInfo): Omit<WorkerExit, 'workerId'> {
  // The engine also sets OOMKilled when a kernel ran out of memory and the server went on.
  if (State.OOMKilled && State.ExitCode === killedStatus) {
    return {
      reason: 'out_of_memory',
      detail: 'The worker ran out of memory; start a new one with a larger resource class.',
    };
  }
  return {
    reason: 'exited',
    detail: `The Jupyter server of this worker ended by itself with status ${State.ExitCode}; start a new worker.`,
  };
}
