/** The maximum total size of the buffers of one message: a larger message would not fit into the log of a run. */
const maxBytes = 48 * 1024 * 1024;

/**
 * The binary buffers of a decoded message as base64; an empty list when it has none, `undefined` when they are too large.
 * @see https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
 */
export function toBase64Buffers(buffers: unknown): string[] | undefined {
  const views = Array.isArray(buffers) ? buffers.filter(isBinary) : [];
  if (views.reduce((sum, { byteLength }) => sum + byteLength, 0) > maxBytes) return undefined;
  return views.map((one) => {
    const bytes = ArrayBuffer.isView(one)
      ? Buffer.from(one.buffer, one.byteOffset, one.byteLength)
      : Buffer.from(one);
    return bytes.toString('base64');
  });
}

function isBinary(value: unknown): value is ArrayBufferView<ArrayBuffer> | ArrayBuffer {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}
