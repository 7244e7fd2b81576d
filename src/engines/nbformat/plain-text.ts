// biome-ignore lint/suspicious/noControlCharactersInRegex: an escape sequence begins with it.
const ansi = /\u001b\[[0-9;]*[A-Za-z]/g;

/**
 * The text of an output without what colors it in a terminal.
 * @see https://ecma-international.org/publications-and-standards/standards/ecma-48/ (control sequences)
 */
export function plainText(text: string): string {
  return text.replace(ansi, '');
}
