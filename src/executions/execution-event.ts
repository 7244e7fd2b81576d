import type { KernelEvent } from '../engines/kernels/kernel-event.js';
import type { ErrorCode } from '../errors.js';
import type { NotebookOutput } from './output-collector.js';

/** How a run ended that the kernel, or the gateway on the user's behalf, finished. */
export type FinalStatus = 'ok' | 'error' | 'aborted' | 'cancelled' | 'timed_out';

/** The regular end of a log. Times are RFC 3339 UTC; `duration_ms` counts from `started_at`. */
export interface FinalResponse {
  type: 'final_response';
  status: FinalStatus;
  execution_count: number | null;
  /** The cell's outputs as nbformat has them. */
  outputs: NotebookOutput[];
  /** Whether `outputs` leaves some out; the log has them all. */
  truncated: boolean;
  started_at: string | null;
  finished_at: string;
  duration_ms: number;
}

/** The end of a log whose kernel, worker or gateway failed. */
export interface ExecutionFailure {
  type: 'failure';
  detail: string;
  status_code: number;
  code: ErrorCode;
  /** Whether running the cell again may work. */
  retryable: boolean;
}

/** Waits for the cells before it. */
export interface QueuedStatus {
  type: 'status';
  execution_state: 'queued';
}

/** Output that the gateway itself had to drop: the log is full, or the database too slow. */
export interface OutputDropped {
  type: 'output_lost';
  count: number;
  reason: 'log_limit' | 'backlog';
}

/** What stands in an execution's log: the kernel's events between `queued` and exactly one end. */
export type ExecutionEvent = QueuedStatus | KernelEvent | OutputDropped | FinalResponse | ExecutionFailure;

/** An event with its number in the log: from 1, without gaps. */
export interface LogEntry {
  sequence: number;
  event: ExecutionEvent;
}

/** Whether the event is the last of its log. */
export function isTerminal(event: ExecutionEvent): event is FinalResponse | ExecutionFailure {
  return event.type === 'final_response' || event.type === 'failure';
}
