/**
 * Why a worker did not start, or ended by itself, as one word that clients may test. `start_failed` is for faults that no
 * other word names.
 */
export type ExitReason =
  | 'out_of_memory'
  | 'start_timeout'
  | 'start_failed'
  | 'image_missing'
  | 'environment_failed'
  | 'unschedulable'
  | 'storage_exceeded'
  | 'folder_missing'
  | 'evicted'
  | 'preempted'
  | 'deadline_exceeded'
  | 'node_lost'
  | 'exited'
  | 'lost';

/** How a worker ended that nobody stopped. */
export interface WorkerEnd {
  reason: ExitReason;
  /** One safe sentence: no host path, no token, no upstream text. */
  detail: string;
  /**
   * What its server printed at last, where that is known: as it was printed, but without the token of the server. It is not
   * to be shown as it is; see `describeFailure`.
   */
  output?: string;
}

/** The end of a worker that nobody stopped. */
export interface WorkerExit extends WorkerEnd {
  workerId: string;
}

/** How a worker ended of which nothing says more. */
export const endedUnwatched: WorkerEnd = {
  reason: 'lost',
  detail: 'The worker ended while the gateway could not watch it; start a new one.',
};
