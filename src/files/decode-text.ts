import { LoopPace } from '../paging/loop-pace.js';
import { invalidUtf8Offset } from '../validation/invalid-utf8-offset.js';

/** This many bytes are decoded in one step. */
const stepBytes = 1024 * 1024;

/** Bytes that are no text. */
export class InvalidUtf8Error extends Error {
  /** The first byte that is not UTF-8. */
  readonly offset: number;

  constructor(offset: number) {
    super('The bytes are not UTF-8.');
    this.offset = offset;
  }
}

/**
 * Decodes UTF-8, in steps that leave the event loop free in between. A byte order mark is kept.
 * @throws InvalidUtf8Error
 */
export async function decodeText(bytes: Uint8Array): Promise<string> {
  const pace = new LoopPace();
  const texts: string[] = [];
  for (let from = 0; from < bytes.length; ) {
    await pace.next();
    const to = endOfStep(bytes, from);
    texts.push(decode(bytes, from, to));
    from = to;
  }
  return texts.join('');
}

function decode(bytes: Uint8Array, from: number, to: number): string {
  const step = bytes.subarray(from, to);
  try {
    // Not as a stream: that takes several times as long, and the text twice the memory.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(step);
  } catch {
    throw new InvalidUtf8Error(from + invalidUtf8Offset(step));
  }
}

/** A step must not end within a character, of which all bytes but the first begin with the bits 10. */
function endOfStep(bytes: Uint8Array, from: number): number {
  const end = from + stepBytes;
  if (end >= bytes.length) return bytes.length;
  for (let at = end; at > end - 4; at--) if ((bytes[at]! & 0xc0) !== 0x80) return at;
  return end;
}
