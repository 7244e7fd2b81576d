import { LoopPace } from '../paging/loop-pace.js';

/** This many characters are encoded in one step. */
const stepLength = 1024 * 1024;
const firstHighSurrogate = 0xd800;
const lastHighSurrogate = 0xdbff;

/**
 * Encodes a text as UTF-8, in steps that leave the event loop free in between.
 * @returns null for a text with a lone surrogate, which UTF-8 cannot encode
 */
export async function encodeText(text: string): Promise<Uint8Array | null> {
  if (text.length <= stepLength) return text.isWellFormed() ? new TextEncoder().encode(text) : null;
  const pace = new LoopPace();
  const pieces: Uint8Array[] = [];
  let length = 0;
  for (let from = 0; from < text.length; ) {
    await pace.next();
    const last = text.charCodeAt(from + stepLength - 1);
    const isWithinPair = last >= firstHighSurrogate && last <= lastHighSurrogate;
    const step = text.slice(from, from + stepLength + (isWithinPair ? 1 : 0));
    if (!step.isWellFormed()) return null;
    const piece = Buffer.from(step);
    pieces.push(piece);
    length += piece.length;
    from += step.length;
  }
  return joined(pieces, length, pace);
}

async function joined(pieces: Uint8Array[], length: number, pace: LoopPace): Promise<Uint8Array> {
  const whole = Buffer.allocUnsafeSlow(length);
  let at = 0;
  for (const piece of pieces) {
    await pace.next();
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
