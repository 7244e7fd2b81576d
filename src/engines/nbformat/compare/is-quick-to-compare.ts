const maxBytes = 16 * 1024;
/** The time of a comparison grows by the square of the lines: this many take some milliseconds. */
const maxLines = 300;
const [newline, backslash] = [0x0a, 0x5c];

/**
 * Whether versions of a file are compared or merged faster than they get to a thread: they have less than 16 KiB
 * together, and at most 300 lines.
 * @param isNotebook in its JSON each end of a line of a cell is an escape, so all escapes count
 */
export function isQuickToCompare(versions: readonly Uint8Array[], isNotebook: boolean): boolean {
  if (versions.reduce((sum, { length }) => sum + length, 0) >= maxBytes) return false;
  let lines = 0;
  for (const version of versions)
    for (const byte of version) if (byte === (isNotebook ? backslash : newline)) lines++;
  return lines <= maxLines;
}
