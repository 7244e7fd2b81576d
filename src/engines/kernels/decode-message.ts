import type { KernelMessage } from '@jupyterlab/services';
import type { KernelEvent } from './kernel-event.js';
import { type ParseData, readMessage } from './read-message.js';
import { toBase64Buffers } from './to-base64-buffers.js';
import { toKernelEvent } from './to-kernel-event.js';
import { toRecord } from './to-record.js';

/** A kernel's message, decoded. */
export type IncomingMessage = KernelMessage.IMessage & {
  /** The event of a run that the message reports, if it reports one. */
  event?: KernelEvent;
  /** Whether the kernel says that it shuts down in order to restart. */
  restarting: boolean;
  /** Its number in the spool of the relay; undefined without a relay. */
  position?: number;
  /** How many messages of the run the relay dropped, as this message reports; default none. */
  dropped?: number;
};

const kernelStates = ['starting', 'idle', 'busy', 'restarting', 'dead'];
const headerFields = ['msg_id', 'msg_type', 'session', 'username', 'version', 'date'] as const;
const channels = ['shell', 'control', 'iopub', 'stdin'];

/**
 * Decodes a websocket message so that it always passes the library's validation. Otherwise a hostile kernel could end the
 * process, because the library throws inside the socket's event. A message that cannot be read gets the type `ignored`.
 *
 * The content for the library has no display ids: the library would keep every id of a run in memory and copy each update
 * deeply.
 * @param parseData how the data of the user's own is parsed; default `JSON.parse`
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
export function decodeMessage(
  data: ArrayBuffer | string,
  protocol?: string,
  parseData: ParseData = JSON.parse,
): IncomingMessage {
  const raw = readMessage(data, protocol, parseData);
  const header = toHeader(raw.header);
  const channel = channels.includes(raw.channel as string) ? (raw.channel as string) : 'iopub';
  const content = toRecord(raw.content);
  const eventChannel = header.msg_type === 'input_request' ? 'stdin' : 'iopub';
  const event = channel === eventChannel ? eventOf(header, content, raw) : undefined;
  const isEvent = event !== undefined && event.type === header.msg_type;
  const restarting = channel === 'iopub' && header.msg_type === 'shutdown_reply' && content.restart === true;
  if (!isEvent && channel === 'iopub' && !isLifecycle(header.msg_type, content)) header.msg_type = 'ignored';
  return {
    channel,
    header,
    parent_header: toHeader(raw.parent_header),
    metadata: {},
    content: isEvent ? validContent(event) : content,
    buffers: [],
    event,
    restarting,
  } as unknown as IncomingMessage;
}

/** The event's fields in the form that the library's validation accepts. */
function validContent({ type: _, ...fields }: KernelEvent): Record<string, unknown> {
  const content: Record<string, unknown> = 'transient' in fields ? { ...fields, transient: {} } : fields;
  if ('execution_count' in content) content.execution_count ??= 0;
  return content;
}

function eventOf(
  { msg_type: type, msg_id: messageId }: { msg_type: string; msg_id: string },
  content: Record<string, unknown>,
  raw: Record<string, unknown>,
): KernelEvent | undefined {
  const buffers = toBase64Buffers(raw.buffers);
  const event = toKernelEvent(type, content, { metadata: toRecord(raw.metadata), buffers, messageId });
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
