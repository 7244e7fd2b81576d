import { type LineDifference, lineHunks } from './line-hunks.js';

/** Compares two texts in UTF-8; see {@link lineHunks}. */
export function linesOfBytes(base: Uint8Array, head: Uint8Array): LineDifference {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return lineHunks(decoder.decode(base), decoder.decode(head));
}
