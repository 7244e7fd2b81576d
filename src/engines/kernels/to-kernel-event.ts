import type { Buffered, KernelEvent, Transient } from './kernel-event.js';
import { toCount } from './to-count.js';
import { toRecord } from './to-record.js';

/** The parts of a message outside its content. */
export interface MessageExtras extends Buffered {
  /** For a `comm_open`, e.g. the version of the widgets' protocol. */
  metadata?: Record<string, unknown>;
  /** The id of the message; for an `input_request`, whose reply names it. */
  messageId?: string;
}

/**
 * Creates an event from a message's type and content; `undefined` for types that are not events. Fields of the wrong type
 * become safe values (`''`, `{}`, `null`, `false`), so that a hostile kernel cannot break a reader.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#messages-on-the-iopub-pub-sub-channel
 */
export function toKernelEvent(
  type: string,
  content: Record<string, unknown>,
  { metadata = {}, buffers, messageId = '' }: MessageExtras = {},
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
      return {
        type,
        prompt: text(content.prompt),
        password: content.password === true,
        request_id: messageId,
      };
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

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function display(content: Record<string, unknown>) {
  const id = toRecord(content.transient).display_id;
  const transient: Transient = typeof id === 'string' ? { display_id: id } : {};
  return { data: toRecord(content.data), metadata: toRecord(content.metadata), transient };
}
