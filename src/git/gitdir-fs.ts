import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';
import type { DurableFiles } from './durable-files.js';

/** What isomorphic-git takes for the repository's folder: it never sees, and so never tells, a path of the host. */
export const virtualGitdir = '/repository';

const folderStats = { isFile: () => false, isDirectory: () => true };
const refused = Object.assign(new Error('not permitted in a repository'), { code: 'EPERM' });

/** The file system that isomorphic-git gets: confined to one repository, and for reading only. */
export function gitdirFs(files: DurableFiles): PromiseFsClient {
  const real = (path: unknown) => join(files.gitdir, relative(path));
  return {
    promises: {
      readFile: async (path: unknown) => readFile(real(path)),
      readdir: async (path: unknown) => readdir(real(path)),
      lstat: async (path: unknown) => stat(real(path)),
      // Asked before each operation for the folder itself, whether it is a `.git` file of a worktree.
      stat: async (path: unknown) => (relative(path) === '' ? folderStats : stat(real(path))),
      writeFile: async () => refuse(),
      mkdir: async () => refuse(),
      unlink: async () => refuse(),
      rmdir: async () => refuse(),
      readlink: async () => refuse(),
      symlink: async () => refuse(),
    },
  };
}

/** The path below the repository. @throws Error `EPERM` for anything outside */
function relative(path: unknown): string {
  if (path === virtualGitdir) return '';
  if (typeof path !== 'string' || !path.startsWith(`${virtualGitdir}/`)) throw refused;
  const below = path.slice(virtualGitdir.length + 1);
  if (below.includes('\0') || below.split('/').includes('..')) throw refused;
  return below;
}

function refuse(): never {
  throw refused;
}
