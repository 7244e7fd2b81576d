/** A text without the line ends at its end. A regular expression would read many line ends in its middle again and again. */
export function withoutFinalNewlines(text: string): string {
  let end = text.length;
  while (text[end - 1] === '\n') end--;
  return text.slice(0, end);
}
