import type { ContainerInspectInfo } from 'dockerode';
import type { WorkerEnd } from '../../worker-exit.js';

/** The status of a process that was ended by SIGKILL, as the kernel does when there is no memory left. */
const killedStatus = 137;
/** How long before the end of a container the engine may have reported that its memory ran out. */
export const shortlyMs = 10_000;

/** What the events of the engine say about the memory of a container. */
export interface MemoryEvents {
  /** When its memory ran out, in ms by the clock of the engine; undefined when no event said so. */
  outOfMemoryAt: number | undefined;
  /** For how long events had been watched without an interruption when the container ended, in ms. */
  watchedMs: number;
}

/** How a worker ended whose container is gone. */
export const containerVanished: WorkerEnd = {
  reason: 'lost',
  detail: 'The container of this worker was removed; start a new worker.',
};

/**
 * Whether the system may have ended a container because it had no memory left. The engine says the same of one that was
 * killed after a kernel alone had run out of memory, at any time before.
 */
export function mayBeOutOfMemory({ State }: ContainerInspectInfo): boolean {
  return State.OOMKilled && State.ExitCode === killedStatus;
}

/** How a worker ended whose container does not run any more. */
export function describeContainerExit(
  container: ContainerInspectInfo,
  { outOfMemoryAt, watchedMs }: MemoryEvents,
): WorkerEnd {
  const { ExitCode, FinishedAt } = container.State;
  const isOutOfMemory = outOfMemoryAt !== undefined && outOfMemoryAt >= Date.parse(FinishedAt) - shortlyMs;
  if (mayBeOutOfMemory(container) && isOutOfMemory) {
    return {
      reason: 'out_of_memory',
      detail: 'The worker ran out of memory; start a new one with a larger resource class.',
    };
  }
  if (mayBeOutOfMemory(container) && watchedMs < shortlyMs) {
    const killed = `The Jupyter server of this worker was killed with status ${ExitCode}`;
    return {
      reason: 'exited',
      detail: `${killed}, and its container ran out of memory then or before; start a new worker.`,
    };
  }
  return {
    reason: 'exited',
    detail: `The Jupyter server of this worker ended by itself with status ${ExitCode}; start a new worker.`,
  };
}
