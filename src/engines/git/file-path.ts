import { DomainError } from '../../errors.js';

const longestPath = 4096;
const longestSegment = 255;

/** What HFS+ ignores in a name, so that `.g<U+200C>it` is `.git` there; as in git's `utf8.c`. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** What `.git` may be called on HFS+ and NTFS, with trailing dots, spaces or a stream's name; as git's fsck has it. */
const dotGit = /^(\.git|git~1)([ .]*)(:.*)?$/i;
/** Short names that NTFS may give to `.gitmodules` and its like. */
const ntfsShortName = /^(gi[a-z0-9]{0,5})?~\d/i;
/** Settles most names at once; a listing asks for each file. */
const plainSegment = /^[a-z0-9_][a-z0-9_.-]{0,250}$/i;
const windowsReserved =
  /^(con|prn|aux|nul|com[1-9\u00b9\u00b2\u00b3]|lpt[1-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\..*)?$/i;
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * Refuses a path that no file is read under: empty, absolute, a `.`, `..` or empty segment, any spelling of `.git`, NUL,
 * lone surrogates, over 4096 bytes or 255 a segment.
 * @param loc where the path stands in the input; default `["body", "path"]`
 * @throws DomainError `invalid_path`
 */
export function assertReadablePath(path: string, loc: string[] = ['body', 'path']): void {
  const fault = readingFault(path);
  if (fault) throw invalidPath(fault, loc);
}

/**
 * Refuses a path that a checkout could not hold on every system, besides what {@link assertReadablePath} refuses: not
 * NFC, backslash, colon, control and bidirectional characters, Windows' reserved names, a trailing dot or space, and the
 * files that steer Git itself (`.gitmodules`, `.gitattributes`).
 * @param loc where the path stands in the input; default `["body", "path"]`
 * @throws DomainError `invalid_path`
 */
export function assertWritablePath(path: string, loc: string[] = ['body', 'path']): void {
  const fault = readingFault(path) ?? writingFault(path);
  if (fault) throw invalidPath(fault, loc);
}

/** Whether a name found in a tree is one that a file may be read under; hostile trees hold `..`, `a/b` or `.git`. */
export function isReadableSegment(segment: string): boolean {
  if (plainSegment.test(segment)) return true;
  return !segment.includes('/') && !segment.includes('\0') && segmentFault(segment) === null;
}

/** An `invalid_path` that says what is wrong. */
export function invalidPath(msg: string, loc: string[] = ['body', 'path']): DomainError {
  return new DomainError('invalid_path', `${loc.slice(1).join('.')}: ${msg}`, {
    fields: [{ loc, msg, type: 'invalid_path' }],
  });
}

/** Names that a case-insensitive or normalizing file system takes for one have the same folded form. */
export function foldName(name: string): string {
  if (plainSegment.test(name)) return name.toLowerCase();
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function readingFault(path: string): string | null {
  if (typeof path !== 'string' || path === '') return 'must not be empty';
  if (path.length > longestPath || Buffer.byteLength(path) > longestPath)
    return `must be at most ${longestPath} bytes`;
  if (path.startsWith('/')) return 'must be relative';
  if (path.includes('\0')) return 'must not hold NUL';
  if (/\p{Cs}/u.test(path)) return 'must be valid Unicode';
  for (const segment of path.split('/')) {
    const fault = segmentFault(segment);
    if (fault) return fault;
  }
  return null;
}

function segmentFault(segment: string): string | null {
  if (segment === '') return 'must not have empty segments';
  if (segment === '.' || segment === '..') return 'must not have the segments . or ..';
  if (Buffer.byteLength(segment) > longestSegment)
    return `must have at most ${longestSegment} bytes a segment`;
  // NTFS takes a backslash for a separator, so each part between two must not be .git either.
  const parts = segment.split('\\').flatMap((part) => [part, part.replace(ignoredByHfs, '')]);
  return parts.some((part) => dotGit.test(part)) ? 'must not name .git' : null;
}

function writingFault(path: string): string | null {
  if (path.normalize('NFC') !== path) return 'must be in Unicode normalization form C';
  if (path.includes('\\')) return 'must not hold a backslash';
  if (path.includes(':')) return 'must not hold a colon';
  if (/\p{Cc}/u.test(path)) return 'must not hold control characters';
  if (bidi.test(path)) return 'must not hold characters that change the text direction';
  for (const segment of path.split('/')) {
    if (/[. ]$/.test(segment)) return 'must not have a segment that ends in a dot or a space';
    if (windowsReserved.test(segment)) return 'must not use a name that Windows reserves';
    const plain = segment.replace(ignoredByHfs, '').toLowerCase();
    if (plain === '.gitmodules' || plain === '.gitattributes' || ntfsShortName.test(plain)) {
      return 'must not name a file that steers Git itself; change it by git push';
    }
  }
  return null;
}
