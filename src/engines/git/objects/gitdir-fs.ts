import type { PromiseFsClient } from 'isomorphic-git';
import { encodeLoose } from './object-codec.js';
import type { ObjectStore } from './object-store.js';

/** What isomorphic-git takes for the repository's folder: it never sees, and so never tells, a path of the host. */
export const virtualGitdir = '/repository';

const folderStats = { isFile: () => false, isDirectory: () => true };
const refused = Object.assign(new Error('not permitted in a repository'), { code: 'EPERM' });
const missing = Object.assign(new Error('no such file'), { code: 'ENOENT' });
const looseObject = /^\/repository\/objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;

/**
 * The file system that isomorphic-git gets: it holds the objects of one repository, each as if it were loose, and nothing
 * else. So packs are read by our reader, and never as a whole, as isomorphic-git would.
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
      // Of the packs: there are none.
      readdir: async () => [],
      lstat: async () => refuse(missing),
      // Asked before each operation for the folder itself, whether it is a `.git` file of a worktree.
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
