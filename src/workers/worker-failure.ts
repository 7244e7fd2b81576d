/** Why a worker failed. */
export interface WorkerFailure {
  /** One word for `status_reason`. */
  reason: string;
  /** One sentence for `error_detail`: no host path, no token, no upstream text. */
  detail: string;
  /** As for `WorkerExit`. */
  output?: string;
}
