import { isReadableSegment } from '../file-path.js';
import type { RecordedRename } from '../git-types.js';

/** The name of the header. Git keeps headers that it does not know, and its fsck accepts them. */
const key = 'file-renames';
/** What is read: more than one request can write. A commit from outside may have more; its renames are guessed. */
const maxRenames = 1_000;
const maxLength = 8 * 1024 * 1024;

/**
 * The line of a commit's header that records its renames. Git itself does not store them. In the commit they are written
 * together with it, and no kill can separate the two; clones and mirrors have them too.
 */
export function encodeRenames(renames: readonly RecordedRename[]): string {
  return `${key} ${JSON.stringify(renames.map(({ from, to }) => [from, to]))}`;
}

/**
 * Reads the renames of a commit. A commit from outside may contain anything under this header, so a value of another shape
 * counts as none. Whether the paths exist is for the reader to check.
 * @param headers the lines of the commit's header
 * @returns null when there are none
 */
export function decodeRenames(headers: readonly string[]): RecordedRename[] | null {
  const value = headers.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1);
  if (value === undefined || value.length > maxLength) return null;
  const pairs = parse(value);
  if (!Array.isArray(pairs) || pairs.length > maxRenames || !pairs.every(isPair)) return null;
  const isUnique = (paths: string[]) => new Set(paths).size === paths.length;
  if (!isUnique(pairs.map(([from]) => from)) || !isUnique(pairs.map(([, to]) => to))) return null;
  return pairs.map(([from, to]) => ({ from, to }));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isPair(pair: unknown): pair is [string, string] {
  return Array.isArray(pair) && pair.length === 2 && pair.every(isPath);
}

function isPath(path: unknown): boolean {
  return typeof path === 'string' && path.split('/').every(isReadableSegment);
}
