/** A MIME bundle: values, text or JSON, by media type. */
export type MimeBundle = Record<string, unknown>;

/**
 * What a kernel reports about one run, with the field names of the protocol. The gateway adds `output_lost`: `count`
 * messages of the run never arrived, the status `waiting_for_input`, and `payload`: what the reply asks clients to
 * do, e.g. to insert a cell (`set_next_input`). `buffers` are the binary buffers of a message as base64, if it has
 * any.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-iopub-pub-sub-channel
 */
export type KernelEvent =
  | { type: 'status'; execution_state: 'busy' | 'idle' | 'waiting_for_input' }
  | { type: 'execute_input'; code: string; execution_count: number | null }
  | { type: 'stream'; name: 'stdout' | 'stderr'; text: string }
  | ({ type: 'display_data' } & Display)
  | ({ type: 'update_display_data' } & Display)
  | {
      type: 'execute_result';
      data: MimeBundle;
      metadata: Record<string, unknown>;
      execution_count: number | null;
      transient: Transient;
    }
  | { type: 'error'; ename: string; evalue: string; traceback: string[] }
  | { type: 'clear_output'; wait: boolean }
  | { type: 'input_request'; prompt: string; password: boolean; request_id: string }
  | ({ type: 'comm_open'; target_name: string; metadata: Record<string, unknown> } & Comm)
  | ({ type: 'comm_msg' } & Comm)
  | ({ type: 'comm_close' } & Comm)
  | { type: 'output_lost'; count: number; reason: 'not_delivered' }
  | { type: 'payload'; source: string; payload: Record<string, unknown> };

/** Data that the notebook does not keep. `display_id` names a display that later events may update. */
export type Transient = { display_id?: string };

/** The binary buffers of a message. */
export interface Buffered {
  buffers?: string[];
}

interface Display extends Buffered {
  data: MimeBundle;
  metadata: Record<string, unknown>;
  transient: Transient;
}

interface Comm extends Buffered {
  comm_id: string;
  data: Record<string, unknown>;
}
