import { stripVTControlCharacters } from 'node:util';
import { hideSecrets } from './hide-secrets.js';

const maxLines = 10;
const maxBytes = 2_048;
/** Direction marks would show a line in another order than it has. */
const unseen = /[^\P{C}\n\t]|\p{Bidi_Control}/gu;
/** All but the last part of a path: where a program is installed, and where the folders of workers are. Not of URLs. */
const folders = /(?<![\w./]|:(?=\/\/[^/]))\/+(?:[^\s'"/]+\/+)+/g;

/**
 * The last lines of what a program printed, as they may be shown to users: at most 10 lines and 2 KiB, without control
 * characters, without `secrets` and what looks like one, and with the last part of absolute paths only.
 * @param secrets as for {@link hideSecrets}
 * @returns an empty text when nothing is left
 */
export function lastLines(output: string, secrets: readonly string[]): string {
  const text = stripVTControlCharacters(output)
    .replace(/\r+\n?/g, '\n')
    .replace(unseen, '');
  const lines = hideSecrets(text, secrets).replace(folders, '…/').split('\n');
  const printed = lines.map((line) => line.trimEnd()).filter((line) => line !== '');
  return lastBytes(printed.slice(-maxLines).join('\n'));
}

function lastBytes(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return text;
  let start = bytes.length - maxBytes + Buffer.byteLength('…');
  // Not in the middle of a character.
  while ((bytes[start]! & 0xc0) === 0x80) start += 1;
  return `…${bytes.subarray(start).toString()}`;
}
