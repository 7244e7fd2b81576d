const boundary = '\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029';
const line = new RegExp(`[^${boundary}]*(?:\\r\\n|[${boundary}])|[^${boundary}]+`, 'g');

/**
 * Splits as Python's `str.splitlines(True)` does: after each line boundary, which stays with its line. The empty string
 * has no lines.
 * @see https://docs.python.org/3/library/stdtypes.html#str.splitlines
 */
export function splitLines(text: string): string[] {
  return text.match(line) ?? [];
}
