import { ServerConnection } from '@jupyterlab/services';
import { toRecord } from './to-record.js';

/** The protocol of messages in parts; see {@link readMessage}. */
export const inParts = 'v1.kernel.websocket.jupyter.org';
/** The messages that contain data of the user's own, whose numbers must not change. */
const withData = new Set([
  'display_data',
  'update_display_data',
  'execute_result',
  'execute_reply',
  'inspect_reply',
  'comm_open',
  'comm_msg',
  'comm_close',
]);
const { deserialize } = ServerConnection.makeSettings().serializer;
const decoder = new TextDecoder();

/** Parses the JSON of a message's data. @throws what makes `JSON.parse` parse it instead */
export type ParseData = (text: string) => unknown;

/**
 * Reads a message from its bytes, without any check of its fields. Unlike the library, which uses `JSON.parse`, it can keep
 * the numbers in data (`1.0`, integers over 2^53) as the kernel wrote them.
 * @param parseData how the data of the user's own is parsed
 * @returns an empty object for what is no message
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
export function readMessage(
  data: ArrayBuffer | string,
  protocol: string | undefined,
  parseData: ParseData,
): Record<string, unknown> {
  try {
    return protocol === inParts
      ? readParts(data as ArrayBuffer, parseData)
      : readWhole(data, protocol, parseData);
  } catch {
    return {};
  }
}

function readParts(data: ArrayBuffer, parseData: ParseData): Record<string, unknown> {
  const view = new DataView(data);
  const count = Number(view.getBigUint64(0, true));
  if (count > data.byteLength / 8) throw new Error('The message has too many parts.');
  const offsets = Array.from({ length: count }, (_, i) => Number(view.getBigUint64(8 * (i + 1), true)));
  const text = (part: number) =>
    decoder.decode(new Uint8Array(data).subarray(offsets[part], offsets[part + 1]));
  const header = toRecord(JSON.parse(text(1)));
  return {
    channel: text(0),
    header,
    parent_header: JSON.parse(text(2)),
    metadata: JSON.parse(text(3)),
    content: readContent(header.msg_type, text(4), parseData),
    buffers: offsets.slice(5, -1).map((start, i) => new DataView(data.slice(start, offsets[i + 6]))),
  };
}

/** The older protocol: one JSON text, which binary buffers may follow. */
function readWhole(
  data: ArrayBuffer | string,
  protocol: string | undefined,
  parseData: ParseData,
): Record<string, unknown> {
  const message = toRecord(deserialize(data as ArrayBuffer, protocol));
  const type = toRecord(message.header).msg_type;
  if (!withData.has(type as string)) return message;
  const text = typeof data === 'string' ? data : firstPart(data);
  const { content } = toRecord(readContent(type, text, parseData));
  return { ...message, content };
}

function firstPart(data: ArrayBuffer): string {
  const view = new DataView(data);
  const end = view.getUint32(0) > 1 ? view.getUint32(8) : data.byteLength;
  return decoder.decode(new Uint8Array(data).subarray(view.getUint32(4), end));
}

function readContent(type: unknown, text: string, parseData: ParseData): unknown {
  if (!withData.has(type as string)) return JSON.parse(text);
  try {
    return parseData(text);
  } catch {
    // It nests deeper, or has more values, than `parseData` takes.
    return JSON.parse(text);
  }
}
