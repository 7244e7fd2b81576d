import { FieldError, type FieldPath } from '../../errors.js';

const maxPathBytes = 4096;
const maxSegmentBytes = 255;

/** Characters that HFS+ ignores in a name, so that `.g<U+200C>it` is `.git` there; as in git's `utf8.c`. */
const ignoredByHfs = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;
/** The names of `.git` on HFS+ and NTFS, with trailing dots, spaces or the name of a stream; as in git's fsck. */
const dotGit = /^(\.git|git~1)([ .]*)(:.*)?$/i;
/** Short names that NTFS may give to `.gitmodules` and similar files. */
const ntfsShortName = /^(gi[a-z0-9]{0,5})?~\d/i;
/** Accepts ordinary names without the other checks, because a listing checks each file. */
const plainSegment = /^[a-z0-9_][a-z0-9_.-]{0,250}$/i;
/** @see https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const refusedByWindows = /[<>:"|?*]/;
const windowsReserved =
  /^(con|prn|aux|nul|com[1-9\u00b9\u00b2\u00b3]|lpt[1-9\u00b9\u00b2\u00b3]|conin\$|conout\$) *(\..*)?$/i;
const bidi = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/**
 * Refuses a path that no readable file can have: empty, absolute, a `.`, `..` or empty segment, any spelling of `.git`, NUL,
 * lone surrogates, over 4096 bytes or 255 a segment.
 * @param field the path of the field in the input; default `["path"]`
 * @throws DomainError `invalid_path`
 */
export function assertReadablePath(path: string, field?: FieldPath): void {
  const fault = readingFault(path);
  if (fault) throw invalidPath(fault, field);
}

/**
 * Refuses what {@link assertReadablePath} refuses, and a new path that could not be checked out on every system: not NFC,
 * backslash, `< > : " | ? *`, control and bidirectional characters, reserved names of Windows, a trailing dot or space. Also
 * the files that configure Git itself (`.gitmodules`, `.gitattributes`). A file that exists may have such a path, because a
 * push brought it in; it is saved, renamed and deleted as any other.
 * @param field the path of the field in the input; default `["path"]`
 * @throws DomainError `invalid_path`
 */
export function assertWritablePath(path: string, field?: FieldPath): void {
  const fault = readingFault(path) ?? writingFault(path);
  if (fault) throw invalidPath(fault, field);
}

/**
 * Refuses as the path of new content what {@link assertReadablePath} refuses, and the files that configure Git itself, whose
 * content is checked when it is pushed. The other rules for new paths do not count, because the file exists.
 * @param field the path of the field in the input; default `["path"]`
 * @throws DomainError `invalid_path`
 */
export function assertSavablePath(path: string, field?: FieldPath): void {
  const fault = readingFault(path) ?? steeringFault(path);
  if (fault) throw invalidPath(fault, field);
}

/** Whether a name in a tree may be part of a path; hostile trees contain `..`, `a/b` or `.git`. */
export function isReadableSegment(segment: string): boolean {
  if (plainSegment.test(segment)) return true;
  return !segment.includes('/') && !segment.includes('\0') && segmentFault(segment) === null;
}

/** An `invalid_path` with the reason. @param field the path of the field in the input; default `["path"]` */
export function invalidPath(message: string, field: FieldPath = ['path']): FieldError {
  return new FieldError('invalid_path', [{ path: field, message, type: 'invalid_path' }]);
}

/** The form of a name in which two names are equal when a case-insensitive or normalizing file system treats them as one. */
export function foldName(name: string): string {
  if (plainSegment.test(name)) return name.toLowerCase();
  return name.normalize('NFC').toUpperCase().toLowerCase().normalize('NFC');
}

function readingFault(path: string): string | null {
  if (typeof path !== 'string' || path === '') return 'must not be empty';
  if (path.length > maxPathBytes || Buffer.byteLength(path) > maxPathBytes)
    return `must be at most ${maxPathBytes} bytes`;
  if (path.startsWith('/')) return 'must be relative';
  if (path.includes('\0')) return 'must not contain NUL';
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
  if (Buffer.byteLength(segment) > maxSegmentBytes)
    return `must have at most ${maxSegmentBytes} bytes a segment`;
  // On NTFS a backslash is a separator, so no part between two of them may be .git either.
  const parts = segment.split('\\').flatMap((part) => [part, part.replace(ignoredByHfs, '')]);
  return parts.some((part) => dotGit.test(part)) ? 'must not name .git' : null;
}

function writingFault(path: string): string | null {
  if (path.normalize('NFC') !== path) return 'must be in Unicode normalization form C';
  if (path.includes('\\')) return 'must not contain a backslash';
  if (refusedByWindows.test(path)) return 'must not contain < > : " | ? or *';
  if (/\p{Cc}/u.test(path)) return 'must not contain control characters';
  if (bidi.test(path)) return 'must not contain characters that change the text direction';
  for (const segment of path.split('/')) {
    if (/[. ]$/.test(segment)) return 'must not have a segment that ends in a dot or a space';
    if (windowsReserved.test(segment)) return 'must not use a name that Windows reserves';
  }
  return steeringFault(path);
}

function steeringFault(path: string): string | null {
  for (const segment of path.split('/')) {
    const plain = segment.replace(ignoredByHfs, '').toLowerCase();
    if (plain === '.gitmodules' || plain === '.gitattributes' || ntfsShortName.test(plain)) {
      return 'must not name a file that steers Git itself; change it by git push';
    }
  }
  return null;
}
