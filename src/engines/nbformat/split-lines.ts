/** Python's line boundaries, in the order of the table that {@link splitLines} links to. */
const boundary = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';
const line = new RegExp(`[^${boundary}]*(?:\\r\\n|[${boundary}])|[^${boundary}]+`, 'g');

/**
 * Splits a text as Python's `str.splitlines(True)` does: after each line boundary, which stays at the end of its line. An
 * empty text has no lines.
 * @see https://docs.python.org/3/library/stdtypes.html#str.splitlines
 */
export function splitLines(text: string): string[] {
  return text.match(line) ?? [];
}
