import type { KernelEvent } from '../engines/kernels/kernel-event.js';
import type { ErrorCode } from '../errors.js';
import type { Cancellation } from '../workers/cancellation.js';
import type { NotebookOutput } from './notebook-output.js';

/** How a run ended without a failure of the infrastructure: the kernel finished it, or the user ended it. */
export type FinalStatus = 'ok' | 'error' | 'aborted' | 'cancelled' | 'timed_out';

/** The regular end of a log. Times are RFC 3339 in UTC; `started_at` is null, and `duration_ms` 0, if it never ran. */
export interface FinalResponse {
  type: 'final_response';
  status: FinalStatus;
  /** Why it was cancelled, in a word, and the UUID of the user who did that; null in all other cases. */
  status_reason: string | null;
  cancelled_by: string | null;
  execution_count: number | null;
  /** The cell's outputs as nbformat has them. */
  outputs: NotebookOutput[];
  /** Whether `outputs` are not whole: cut, where the log has the rest, or lost before the gateway had them. */
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
  /** Whether it is certain that the code did not begin, so that running it again runs it once. */
  retryable: boolean;
}

/** The first event of every log: the execution waits for the executions before it. */
export interface QueuedStatus {
  type: 'status';
  execution_state: 'queued';
}

/**
 * Output that the gateway dropped: the log is full, or the database was too slow. With `outputs_limit` the log has it, but
 * so many outputs are not whole in the `outputs` of the end.
 */
export interface OutputDropped {
  type: 'output_lost';
  count: number;
  reason: 'log_limit' | 'backlog' | 'outputs_limit';
}

/** What is left of the events before the end once a log has expired: the outputs that a client shows then. */
export interface OutputsReset {
  type: 'reset';
  outputs: NotebookOutput[];
  /** Whether some outputs are missing in `outputs`, because they are cut or were lost. */
  truncated: boolean;
}

/** What an `ipywidgets.Output` shows in place of the cell: the event that the cell would have had. */
export interface WidgetOutput {
  type: 'widget_output';
  /** The comm of the widget. */
  comm_id: string;
  event: Extract<
    KernelEvent,
    { type: 'stream' | 'display_data' | 'execute_result' | 'error' | 'clear_output' }
  >;
}

/**
 * An event of an execution's log: `queued`, then the kernel's events, then exactly one end. In an expired log a `reset`
 * stands for the events before the end. What the kernel sends after the end follows it and is `late`; once the log has
 * expired, a late `reset` stands for that.
 */
export type ExecutionEvent = (
  | QueuedStatus
  | KernelEvent
  | WidgetOutput
  | OutputDropped
  | OutputsReset
  | FinalResponse
  | ExecutionFailure
) & { late?: true };

/** How far a log is written. */
export interface LogState {
  /** The number of its newest entry. */
  sequence: number;
  /** The position of the last message of its kernel that it contains; 0 without a relay. */
  position: number;
  /** In characters of JSON, about. */
  size: number;
}

/** An event with its number in the log. Numbers begin at 1 and have no gaps. */
export interface LogEntry {
  sequence: number;
  event: ExecutionEvent;
}

/** Whether the event ends its log. */
export function isTerminal(event: ExecutionEvent): event is FinalResponse | ExecutionFailure {
  return event.type === 'final_response' || event.type === 'failure';
}

/** The fields of a {@link FinalResponse} that say why a run was cancelled; null for one that was not. */
export function describeCancellation(
  cancelled: Cancellation | null,
): Pick<FinalResponse, 'status_reason' | 'cancelled_by'> {
  return { status_reason: cancelled?.reason ?? null, cancelled_by: cancelled?.userId ?? null };
}
