import type { BodyReader } from './serve/body-reader.js';
import { invalidPush } from './serve/push-refused.js';

/** The longest line with its four digits of length. */
const longestLine = 65_520;

/** Ends a list of lines. */
export const flushLine = Buffer.from('0000');

/**
 * One line as git's protocols frame it: four hex digits of length, then the bytes.
 * @see https://git-scm.com/docs/gitprotocol-common#_pkt_line_format
 */
export function pktLine(content: string | Uint8Array): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/**
 * Bytes on one band of a stream that is multiplexed, in as many lines as it takes: 1 the report, 2 text for the user.
 * @see https://git-scm.com/docs/gitprotocol-capabilities#_side_band_side_band_64k
 */
export function sideBand(band: 1 | 2, bytes: Uint8Array): Buffer {
  const most = longestLine - 5;
  const lines: Buffer[] = [];
  for (let at = 0; at === 0 || at < bytes.length; at += most) {
    lines.push(pktLine(Buffer.concat([Buffer.from([band]), bytes.subarray(at, at + most)])));
  }
  return Buffer.concat(lines);
}

/**
 * The next line's content.
 * @returns `flush` at the end of a list, `end` where the stream ends in place of a line
 * @throws DomainError `invalid_request` when it is none
 */
export async function readPktLine(body: BodyReader): Promise<Buffer | 'flush' | 'end'> {
  const digits = await body.read(4);
  if (!digits) return 'end';
  const text = digits.toString('latin1');
  if (!/^[0-9a-f]{4}$/i.test(text)) throw invalidPush('a line has no length');
  const length = Number.parseInt(text, 16);
  if (length === 0) return 'flush';
  if (length < 4 || length > longestLine) throw invalidPush('a line has a length that none may have');
  const content = await body.read(length - 4);
  if (!content) throw invalidPush('it ends within a line');
  return content;
}
