/** A MIME bundle: media type to its value, text or JSON. */
export type MimeBundle = Record<string, unknown>;

/**
 * What a kernel tells about one run, with the field names of the protocol; `output_lost` is ours: `count` messages
 * of the run never arrived. `buffers` are a message's binary buffers as base64, where it has any.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-iopub-pub-sub-channel
 */
export type KernelEvent =
  | { type: 'status'; execution_state: 'busy' | 'idle' }
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
  | { type: 'input_request'; prompt: string; password: boolean }
  | ({ type: 'comm_open'; target_name: string; metadata: Record<string, unknown> } & Comm)
  | ({ type: 'comm_msg' } & Comm)
  | ({ type: 'comm_close' } & Comm)
  | { type: 'output_lost'; count: number; reason: 'not_delivered' };

/** What is not kept in the notebook; `display_id` names a display that later events may update. */
export type Transient = { display_id?: string };

interface Buffered {
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

/** What stands beside a message's content. */
export interface BesideContent extends Buffered {
  /** For a comm that is opened, e.g. the version of the widgets' protocol. */
  metadata?: Record<string, unknown>;
}

/**
 * Makes an event of a message's type and content. Fields of the wrong type become safe values (`''`, `{}`, `null`,
 * `false`), so that what a kernel sends never breaks a reader; `undefined` for types that are not events.
 */
export function toKernelEvent(
  type: string,
  content: Record<string, unknown>,
  { metadata = {}, buffers }: BesideContent = {},
): KernelEvent | undefined {
  const buffered = buffers?.length ? { buffers } : {};
  switch (type) {
    case 'status': {
      const state = content.execution_state;
      return state === 'busy' || state === 'idle' ? { type, execution_state: state } : undefined;
    }
    case 'execute_input':
      return { type, code: text(content.code), execution_count: toCount(content.execution_count) };
    case 'stream':
      return { type, name: content.name === 'stderr' ? 'stderr' : 'stdout', text: text(content.text) };
    case 'display_data':
    case 'update_display_data':
      return { type, ...display(content), ...buffered };
    case 'execute_result':
      return { type, ...display(content), execution_count: toCount(content.execution_count) };
    case 'error': {
      const traceback = Array.isArray(content.traceback) ? content.traceback.map(text) : [];
      return { type, ename: text(content.ename), evalue: text(content.evalue), traceback };
    }
    case 'clear_output':
      return { type, wait: content.wait === true };
    case 'input_request':
      return { type, prompt: text(content.prompt), password: content.password === true };
    case 'comm_open':
      return {
        type,
        comm_id: text(content.comm_id),
        target_name: text(content.target_name),
        data: toRecord(content.data),
        metadata,
        ...buffered,
      };
    case 'comm_msg':
    case 'comm_close':
      return { type, comm_id: text(content.comm_id), data: toRecord(content.data), ...buffered };
    default:
      return undefined;
  }
}

/** The value if it is an integer of at least 0, else `null`. */
export function toCount(value: unknown): number | null {
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : null;
}

/** The value if it is a JSON object, else an empty one. */
export function toRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function display(content: Record<string, unknown>) {
  const id = toRecord(content.transient).display_id;
  const transient: Transient = typeof id === 'string' ? { display_id: id } : {};
  return { data: toRecord(content.data), metadata: toRecord(content.metadata), transient };
}
