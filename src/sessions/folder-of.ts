import { posix } from 'node:path';

/** The folder of a session's path in the worker's own folder; `.` for that folder itself. */
export function folderOf(path: string | null): string {
  return posix.dirname(posix.normalize(path ?? ''));
}
