import type { KernelMessage } from '@jupyterlab/services';

/** Writes the JSON of a message's data. */
export type WriteData = (value: unknown) => string;

const encoder = new TextEncoder();

/**
 * Writes a message in the protocol `v1.kernel.websocket.jupyter.org`; the inverse of `readMessage`. Unlike the library, it can
 * keep the numbers in data as a client wrote them, and sends of a buffer only the bytes that its view has.
 * @param writeData how the content and the metadata are written
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/websocket-protocols.html
 */
export function writeMessage(message: KernelMessage.IMessage, writeData: WriteData): ArrayBuffer {
  const texts = [
    message.channel,
    JSON.stringify(message.header),
    JSON.stringify(message.parent_header ?? {}),
    writeData(message.metadata),
    writeData(message.content),
  ];
  const parts = [...texts.map((text) => encoder.encode(text)), ...(message.buffers ?? []).map(toBytes)];
  const start = 8 * (parts.length + 2);
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, start));
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(parts.length + 1), true);
  let at = start;
  view.setBigUint64(8, BigInt(at), true);
  for (const [index, part] of parts.entries()) {
    bytes.set(part, at);
    at += part.byteLength;
    view.setBigUint64(8 * (index + 2), BigInt(at), true);
  }
  return bytes.buffer;
}

function toBytes(buffer: ArrayBuffer | ArrayBufferView): Uint8Array {
  return ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
}
