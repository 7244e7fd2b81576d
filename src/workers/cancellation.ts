/** Why runs end that somebody, or the gateway, did not let go on. */
export interface Cancellation {
  /**
   * One word: `requested`, `session_restarted`, `session_deleted`, `worker_stopped`, `workspace_archived`, `run_timed_out`
   * where the time of the run of a notebook had passed, or the reason why the gateway stopped a worker, e.g. `max_age`.
   */
  reason: string;
  /** Who did it, as a UUID; null for the gateway. */
  userId: string | null;
}
