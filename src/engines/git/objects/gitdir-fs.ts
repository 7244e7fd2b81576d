import type { PromiseFsClient } from 'isomorphic-git';
import { encodeLoose } from './object-codec.js';
import type { ObjectStore } from './object-store.js';

/** The repository's folder as isomorphic-git knows it: it never sees, and so never reveals, a path of the host. */
export const virtualGitdir = '/repository';

const folderStats = { isFile: () => false, isDirectory: () => true };
const refused = Object.assign(new Error('not permitted in a repository'), { code: 'EPERM' });
const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
const looseObject = /^\/repository\/objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;

/**
 * The file system for isomorphic-git. It holds only the objects of one repository, each as a loose object, also where it
 * is in a pack: isomorphic-git would read whole packs into memory.
 */
export function gitdirFs(objects: ObjectStore): PromiseFsClient {
  return {
    promises: {
      readFile: async (path: unknown) => {
        const [, folder, file] = looseObject.exec(String(path)) ?? [];
        const object = await objects.read(`${folder}${file}`);
        if (!object) throw missing;
        return encodeLoose(object.type, object.bytes);
      },
      // Only the folder of the packs is listed.
      readdir: async () => [],
      lstat: async () => refuse(missing),
      // Each operation first checks whether the folder is the `.git` file of a worktree.
      stat: async (path: unknown) => (path === virtualGitdir ? folderStats : refuse(missing)),
      writeFile: async () => refuse(),
      mkdir: async () => refuse(),
      unlink: async () => refuse(),
      rmdir: async () => refuse(),
      readlink: async () => refuse(),
      symlink: async () => refuse(),
    },
  };
}

function refuse(reason: Error = refused): never {
  throw reason;
}
