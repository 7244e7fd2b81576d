import type { BodyReader } from './body-reader.js';
import { invalidPush } from './push-refused.js';

/** Bytes of one line with its four digits of length. */
const maxLine = 65_520;

/** The line that ends a list of lines. */
export const flushLine = Buffer.from('0000');

/**
 * One line of git's protocols: its length as four hex digits, then the bytes.
 * @see https://git-scm.com/docs/gitprotocol-common#_pkt_line_format
 */
export function pktLine(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/**
 * Bytes on one band of a multiplexed stream, in as many lines as they need. Band 1 is the report, band 2 text for the user.
 * @see https://git-scm.com/docs/gitprotocol-capabilities#_side_band_side_band_64k
 */
export function sideBand(band: 1 | 2, bytes: Uint8Array): Buffer {
  const maxContent = maxLine - 5;
  const lines: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += maxContent) {
    lines.push(pktLine(Buffer.concat([Buffer.from([band]), bytes.subarray(at, at + maxContent)])));
  }
  return Buffer.concat(lines);
}

/**
 * The content of the next line.
 * @returns `flush` at the end of a list, `end` when the stream has ended
 * @throws DomainError `invalid_request` when it is malformed
 */
export async function readPktLine(body: BodyReader): Promise<Buffer | 'flush' | 'end'> {
  const digits = await body.read(4);
  if (!digits) return 'end';
  const text = digits.toString('latin1');
  if (!/^[0-9a-f]{4}$/i.test(text)) throw invalidPush('a line has no length');
  const length = Number.parseInt(text, 16);
  if (length === 0) return 'flush';
  if (length < 4 || length > maxLine) throw invalidPush('a line has a length that none may have');
  const content = await body.read(length - 4);
  if (!content) throw invalidPush('it ends within a line');
  return content;
}
