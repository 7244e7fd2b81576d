import { LoopPace } from '../paging/loop-pace.js';

/** This many characters are decoded in one step; a multiple of four. */
const stepLength = 1024 * 1024;
const groups = /^(?:[A-Za-z0-9+/]{4})*$/;
const lastGroup = /^(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)?$/;

/**
 * Decodes base64 with its padding, as RFC 4648 has it, in steps that leave the event loop free in between.
 * @returns null for other texts
 * @see https://www.rfc-editor.org/rfc/rfc4648#section-4
 */
export async function decodeBase64(text: string): Promise<Buffer | null> {
  const end = text.slice(-4);
  if (text.length % 4 !== 0 || !lastGroup.test(end)) return null;
  const padding = end.endsWith('==') ? 2 : end.endsWith('=') ? 1 : 0;
  const bytes = Buffer.allocUnsafeSlow((text.length / 4) * 3 - padding);
  const pace = new LoopPace();
  for (let from = 0; from < text.length; from += stepLength) {
    await pace.next();
    const step = text.slice(from, from + stepLength);
    if (!groups.test(from + stepLength < text.length ? step : step.slice(0, -4))) return null;
    bytes.write(step, (from / 4) * 3, 'base64');
  }
  return bytes;
}
