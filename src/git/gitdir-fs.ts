import { existsSync } from 'node:fs';
import { readdir, readFile, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromiseFsClient } from 'isomorphic-git';
import type { DurableFiles } from './durable-files.js';
import { decodeLoose } from './object-codec.js';

/** What isomorphic-git takes for the repository's folder: it never sees, and so never tells, a path of the host. */
export const virtualGitdir = '/repository';

const folderStats = { isFile: () => false, isDirectory: () => true };
const fileStats = { isFile: () => true, isDirectory: () => false };
// Made once: isomorphic-git provokes one of each for every object that it writes, and a stack takes time.
const refused = Object.assign(new Error('not permitted in a repository'), { code: 'EPERM' });
const missing = Object.assign(new Error('no such object'), { code: 'ENOENT' });
const looseObject = /^objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;

/**
 * The file system that isomorphic-git gets: confined to one repository, and writing loose objects only (refs are ours,
 * see `RefStore`), each whole, flushed, and renamed into place.
 *
 * A loose object "exists" only when it can be read and is the one that it is filed as, so that a save heals what a crash
 * truncated. One that exists gets the present time, as git does, lest a prune that runs now takes it for old.
 * @param touched collects the folders that must be synced before a ref may name what was written
 */
export function gitdirFs(files: DurableFiles, touched: Set<string>): PromiseFsClient {
  const real = (path: unknown) => join(files.gitdir, relative(path));
  return {
    promises: {
      readFile: async (path: unknown) => readFile(real(path)),
      readdir: async (path: unknown) => readdir(real(path)),
      lstat: async (path: unknown) => stat(real(path)),
      stat: async (path: unknown) => {
        const below = relative(path);
        // Asked before each operation, whether the folder is a `.git` file of a worktree.
        if (below === '') return folderStats;
        const match = looseObject.exec(below);
        if (!match) return stat(real(path));
        await checkObject(real(path), `${match[1]}${match[2]}`);
        touched.add(join(files.gitdir, 'objects', match[1]!));
        return fileStats;
      },
      writeFile: async (path: unknown, bytes: Uint8Array) => {
        if (!looseObject.test(relative(path))) throw refused;
        await files.replace(real(path), bytes, 0o444, touched);
      },
      // isomorphic-git makes a missing folder after any failed write and then writes again: the write makes it itself.
      mkdir: async () => {},
      unlink: async () => refuse(),
      rmdir: async () => refuse(),
      readlink: async () => refuse(),
      symlink: async () => refuse(),
    },
  };
}

async function checkObject(file: string, oid: string): Promise<void> {
  const bytes = existsSync(file) ? await readFile(file).catch(() => null) : null;
  const object = bytes && (await decodeLoose(oid, bytes).catch(() => null));
  if (!object) throw missing;
  const now = new Date();
  // Where a prune was faster, the object is gone and must be written anew.
  await utimes(file, now, now).catch(() => {
    throw missing;
  });
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
