import { type KernelMessage, ServerConnection } from '@jupyterlab/services';
import { type KernelEvent, toKernelEvent, toRecord } from './kernel-event.js';
import { toBase64Buffers } from './to-base64-buffers.js';

/**
 * A kernel's message, with the event that it stands for when it is one of those that a run tells; `leaving` is true when
 * the kernel says that it ends to be started again.
 */
export type IncomingMessage = KernelMessage.IMessage & { event?: KernelEvent; leaving: boolean };

const { deserialize } = ServerConnection.makeSettings().serializer;
const kernelStates = ['starting', 'idle', 'busy', 'restarting', 'dead'];
const headerFields = ['msg_id', 'msg_type', 'session', 'username', 'version', 'date'] as const;
const channels = ['shell', 'control', 'iopub', 'stdin'];

/**
 * Decodes a websocket message of a hostile kernel to one that passes the library's validation, which otherwise throws
 * into the socket's event and ends the process. What cannot be read becomes a message of the type `ignored`.
 *
 * The library is not given display ids: it would keep each one of a run in memory and copy every update deeply.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
export function decodeMessage(data: ArrayBuffer | string, protocol?: string): IncomingMessage {
  let raw: Record<string, unknown> = {};
  try {
    raw = toRecord(deserialize(data as ArrayBuffer, protocol));
  } catch {
    // Falls through: a message without any field is ignored below.
  }
  const header = toHeader(raw.header);
  const channel = channels.includes(raw.channel as string) ? (raw.channel as string) : 'iopub';
  const received = toRecord(raw.content);
  const place = header.msg_type === 'input_request' ? 'stdin' : 'iopub';
  const event = channel === place ? eventOf(header.msg_type, received, raw) : undefined;
  const leaving = channel === 'iopub' && header.msg_type === 'shutdown_reply' && received.restart === true;
  let content: Record<string, unknown> = received;
  if (event?.type === header.msg_type) {
    const { type: _, ...fields } = event;
    content = 'transient' in fields ? { ...fields, transient: {} } : fields;
    if ('execution_count' in content) content.execution_count ??= 0;
  } else if (channel === 'iopub' && !isLifecycle(header.msg_type, received)) {
    header.msg_type = 'ignored';
  }
  return {
    channel,
    header,
    parent_header: toHeader(raw.parent_header),
    metadata: {},
    content,
    buffers: [],
    event,
    leaving,
  } as unknown as IncomingMessage;
}

function eventOf(
  type: string,
  content: Record<string, unknown>,
  raw: Record<string, unknown>,
): KernelEvent | undefined {
  const buffers = toBase64Buffers(raw.buffers);
  const event = toKernelEvent(type, content, { metadata: toRecord(raw.metadata), buffers });
  return event && !buffers ? { type: 'output_lost', count: 1, reason: 'not_delivered' } : event;
}

function isLifecycle(type: string, content: Record<string, unknown>): boolean {
  return type === 'status' && kernelStates.includes(content.execution_state as string);
}

function toHeader(value: unknown): Record<(typeof headerFields)[number], string> {
  const header = {} as Record<(typeof headerFields)[number], string>;
  const given = toRecord(value);
  for (const key of headerFields) {
    const field = given[key];
    header[key] = typeof field === 'string' ? field : '';
  }
  return header;
}
