/** What the members of an execution's events have in common, of all types; the type says which are there. */
export interface RunEvent {
  type: string;
  sequence: number;
  late: boolean;
  /** Of `stream`: `stdout` or `stderr`. */
  name?: string;
  text?: string;
  /** Of displays and results: by MIME type. */
  data?: unknown;
  metadata?: unknown;
  transient?: unknown;
  executionCount?: number | null;
  ename?: string;
  evalue?: string;
  traceback?: string[];
  /** Of `clear_output`: whether the next output clears. */
  wait?: boolean;
  /** Of `input_request`. */
  prompt?: string;
  password?: boolean;
  requestId?: string;
  /** Of `status`: `queued`, `busy`, `waiting_for_input` or `idle`. */
  executionState?: string;
  /** Of `output_lost`: how many messages are missing. */
  count?: number;
  /** Of `output_lost`: why. */
  reason?: string;
  /** Of `reset` and `final_response`: the outputs of the cell. */
  outputs?: unknown;
  truncated?: boolean;
  /** Of `final_response`. */
  status?: string;
  durationMs?: number;
  /** Of `failure`: one sentence for people. */
  detail?: string;
}
