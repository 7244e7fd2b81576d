import type { KernelEvent } from './kernel-event.js';
import { toKernelEvent } from './to-kernel-event.js';
import { toRecord } from './to-record.js';

/** A kernel writes few; more are left out. */
const maxPayloads = 100;

/**
 * The events that only the reply to an `execute_request` reports: the exception, if no message did, and the payloads. A
 * payload of the source `page`, the help of `print?`, becomes a display, as in JupyterLab.
 * @param content of the `execute_reply`
 * @param hasError whether a message reported the exception already
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#execution-results
 */
export function replyEvents(content: Record<string, unknown>, hasError: boolean): KernelEvent[] {
  // Bash reports an exit code this way, without the name of an exception.
  const isUnreported =
    content.status === 'error' && !hasError && typeof content.ename === 'string' && content.ename;
  const error = isUnreported ? toKernelEvent('error', content) : undefined;
  const payloads = Array.isArray(content.payload) ? content.payload.slice(0, maxPayloads) : [];
  return [...(error ? [error] : []), ...payloads.map((one) => payloadEvent(toRecord(one)))];
}

function payloadEvent(payload: Record<string, unknown>): KernelEvent {
  const { source } = payload;
  if (source === 'page')
    return { type: 'display_data', data: toRecord(payload.data), metadata: {}, transient: {} };
  return { type: 'payload', source: typeof source === 'string' ? source : '', payload };
}
