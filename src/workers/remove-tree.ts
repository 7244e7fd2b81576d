import { randomUUID } from 'node:crypto';
import { chmod, lchown, lstat, readdir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from './has-code.js';

const maxMs = 10 * 60_000;
const slash = Buffer.from('/');

/**
 * Removes a folder that code of users could write to, with all that it contains: also where paths are longer than the
 * system takes (4,096 bytes on Linux), and folders have no rights. Links are removed and never followed. The folder that
 * contains `root` is one that only the gateway can change. Nothing at the path is no error.
 * @param root absolute path
 * @throws Error when something remains, e.g. files of another user, or when it takes longer than 10 minutes
 */
export async function removeTree(root: string): Promise<void> {
  try {
    await rm(root, { recursive: true, force: true });
  } catch {
    await removeHardTree(root);
  }
}

/** Each folder is moved into the root before it is emptied, so that no path is long. It takes longer than `rm`. */
async function removeHardTree(root: string): Promise<void> {
  const until = performance.now() + maxMs;
  if (!(await lstat(root)).isDirectory()) return unlink(root);
  const id = randomUUID();
  let count = 0;
  const nextPath = () => {
    count += 1;
    return join(root, `${id}-${count}`);
  };
  const folders: string[] = [];
  await empty(root, folders, nextPath);
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (performance.now() > until) throw new Error('The folder could not be removed in 10 minutes.');
    await empty(folder, folders, nextPath);
    await rmdir(folder);
  }
  await rmdir(root);
}

/**
 * Removes all files of a folder, and moves its folders to new paths, which are added to `moved`. Nobody else can change it
 * meanwhile, so that no entry becomes a link.
 */
async function empty(folder: string, moved: string[], nextPath: () => string): Promise<void> {
  await lchown(folder, process.geteuid!(), process.getegid!());
  await chmod(folder, 0o700);
  // As bytes: names need not be UTF-8.
  for (const entry of await readdir(folder, { withFileTypes: true, encoding: 'buffer' })) {
    const path = Buffer.concat([Buffer.from(folder), slash, entry.name]);
    try {
      if (entry.isDirectory()) moved.push(await move(path, nextPath()));
      else await unlink(path);
    } catch (error) {
      // An `rm` that failed goes on for a while with what it had begun.
      if (!hasCode(error, 'ENOENT')) throw error;
    }
  }
}

async function move(folder: Buffer, to: string): Promise<string> {
  // Without the right to write into it, a folder cannot be moved.
  await chmod(folder, 0o700);
  await rename(folder, to);
  return to;
}
