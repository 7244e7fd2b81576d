/** Names of iconv that are no labels of the Encoding Standard. */
const aliases: [RegExp, string][] = [
  [/^latin-(\d+)$/, 'latin$1'],
  [/^cp-?(125\d)$/, 'windows-$1'],
  [/^cp-?932$/, 'shift_jis'],
  [/^cp-?936$/, 'gbk'],
  [/^cp-?949$/, 'euc-kr'],
  [/^cp-?950$/, 'big5'],
  [/^euc(jp|kr)$/, 'euc-$1'],
];

/** The characters of the bytes 0x80 to 0x9F. @see https://encoding.spec.whatwg.org/#windows-1252 */
const windows1252 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/**
 * The text of a commit whose header names another encoding than UTF-8. Text that is not in its encoding gets replacement
 * characters.
 * @param label as the header says, e.g. `ISO-8859-1`
 * @returns null for an encoding that is not known here, or that does not contain ASCII
 * @see https://git-scm.com/docs/git-commit#_discussion
 * @see https://encoding.spec.whatwg.org/#names-and-labels
 */
export function decodeText(bytes: Uint8Array, label: string): string | null {
  const name = aliases.reduce((text, [pattern, to]) => text.replace(pattern, to), label.trim().toLowerCase());
  try {
    const decoder = new TextDecoder(name, { ignoreBOM: true });
    // The header of a commit is ASCII, so no commit is written in UTF-16, whatever it says.
    if (decoder.encoding.startsWith('utf-16')) return null;
    const text = decoder.decode(bytes);
    return decoder.encoding === 'windows-1252' ? withWindowsCharacters(text) : text;
  } catch {
    return null;
  }
}

/** Node 20 decodes windows-1252 as ISO-8859-1, whose characters from U+0080 to U+009F are controls. */
function withWindowsCharacters(text: string): string {
  return text.replace(/[\x80-\x9f]/g, (control) => windows1252[control.charCodeAt(0) - 0x80]!);
}
