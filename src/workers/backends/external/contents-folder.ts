import { posix } from 'node:path';
import { objectId } from '../../../engines/git/object-id.js';
import type { JupyterContents } from '../../../engines/kernels/jupyter-contents.js';
import type { WorkerFolder } from '../../worker-folder.js';

/** How many requests a server is sent at once. */
const parallel = 4;
/** The largest file of a branch, and of those that are compared with it. */
const maxFileBytes = 64 * 1024 * 1024;
/** Larger files go one at a time: each is in memory three times, as bytes, as base64 and as a body. */
const smallFileBytes = 4 * 1024 * 1024;

/**
 * Opens a worker's folder on a server whose disk is out of reach, and makes it where it is not there.
 *
 * The API has no writes under a condition: what a kernel writes into a file between the last look at it and the write
 * that follows at once is lost. Names that begin with a dot are refused by servers that do not allow hidden files.
 * @param root the folder's path below the server's root
 * @throws DomainError `runtime_unavailable`
 */
export async function openContentsFolder(contents: JupyterContents, root: string): Promise<WorkerFolder> {
  const folders = new Map<string, Promise<boolean>>();
  let large: Promise<unknown> = Promise.resolve();
  const at = (path: string) => posix.join(root, path);

  function makeFolder(path: string): Promise<boolean> {
    const known = folders.get(path);
    if (known) return known;
    const parent = posix.dirname(path);
    const made = (parent === '.' ? Promise.resolve(true) : makeFolder(parent)).then(
      (isThere) => isThere && contents.makeFolder(path),
    );
    folders.set(path, made);
    return made;
  }

  async function stampOf(path: string): Promise<string> {
    const entry = await contents.look(at(path));
    if (!entry) return '';
    return entry.isFile ? entry.stamp : 'other';
  }

  function write(path: string, bytes: Uint8Array): Promise<boolean> {
    if (bytes.length <= smallFileBytes) return contents.write(at(path), bytes);
    const written = large.then(() => contents.write(at(path), bytes));
    large = written.catch(() => {});
    return written;
  }

  await makeFolder(root);
  return {
    parallel,

    async look(path) {
      const entry = await contents.look(at(path));
      if (!entry) return { oid: null, stamp: '' };
      if (!entry.isFile || entry.size > maxFileBytes) return { oid: 'other', stamp: '' };
      const bytes = await contents.read(at(path), entry.size);
      return { oid: bytes ? objectId('blob', bytes) : 'other', stamp: entry.stamp };
    },

    async put(path, bytes, found) {
      if (bytes.length > maxFileBytes || !(await makeFolder(posix.dirname(at(path))))) return false;
      if ((await stampOf(path)) !== found.stamp) return false;
      return write(path, bytes);
    },

    async removeEmptyFolder() {
      // The server does not list hidden files, so that no folder is known to be empty.
    },

    async remove(path, found) {
      const stamp = await stampOf(path);
      if (stamp === '') return true;
      return stamp === found.stamp && contents.remove(at(path));
    },
  };
}

/** Removes a worker's folder with all in it, as far as the server lets that happen. */
export async function removeContentsFolder(contents: JupyterContents, root: string): Promise<void> {
  if (await contents.remove(root)) return;
  for (const { path, isFolder } of await contents.list(root)) {
    if (isFolder) await removeContentsFolder(contents, path);
    else await contents.remove(path);
  }
  await contents.remove(root);
}
