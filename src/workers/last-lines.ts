import { stripVTControlCharacters } from 'node:util';

const maxLines = 10;
const maxBytes = 2_048;
/** Shorter values stand in any text by chance, and hide nothing. */
const minSecretLength = 4;
const hidden = '[hidden]';

/** What looks like a secret, whatever it is the secret of. */
const secretLike: [RegExp, string][] = [
  [/\b((?:proxy-)?authorization|(?:set-)?cookie)(["']?\s*[:=]).*/gi, `$1$2 ${hidden}`],
  [/\b(bearer)\s+[\w.~+/=-]+/gi, `$1 ${hidden}`],
  [
    /(token|passw(?:or)?d|pwd|secret|credentials?|api[-_]?key|access[-_]?key|private[-_]?key)(["']?\s*[:=]\s*["']?)[^\s"'&,;]+/gi,
    `$1$2${hidden}`,
  ],
  [/([a-z]:\/\/)[^\s/@]+@/gi, `$1${hidden}@`],
];

/** Direction marks would show a line in another order than it has. */
const unseen = /[^\P{C}\n\t]|\p{Bidi_Control}/gu;
/** All but the last part of a path: where a program is installed, and where the folders of workers are. Not of URLs. */
const folders = /(?<![\w./]|:(?=\/\/[^/]))\/+(?:[^\s'"/]+\/+)+/g;

/**
 * The last lines of what a program printed, as they may be shown to users: at most 10 lines and 2 KiB, without control
 * characters, without `secrets` and what looks like one, and with the last part of absolute paths only.
 * @param secrets texts that must not be shown; those of less than 4 characters are not looked for
 * @returns an empty text when nothing is left
 */
export function lastLines(output: string, secrets: readonly string[]): string {
  let text = stripVTControlCharacters(output)
    .replace(/\r+\n?/g, '\n')
    .replace(unseen, '');
  const known = secrets.flatMap((secret) => [secret, ...secret.split('\n')]).map((secret) => secret.trim());
  // A secret may be a part of another.
  for (const secret of known.toSorted((a, b) => b.length - a.length))
    if (secret.length >= minSecretLength) text = text.replaceAll(secret, hidden);
  for (const [pattern, replacement] of secretLike) text = text.replace(pattern, replacement);
  const lines = text.replace(folders, '…/').split('\n');
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
