import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../durability/temp-name.js';

/** Begins the name of a note of the refs that a git of ours has locked. */
export const notePrefix = 'ref-update-';
/** What one update of refs may take; then it is killed. */
export const updateTimeoutMs = 60_000;
/** After this long no git of ours runs any more that a note tells of, not even one that outlived the gateway. */
const staleMs = 2 * updateTimeoutMs;
/** Those that an update takes beside the locks of its refs. */
const commonFiles = ['packed-refs', 'HEAD'];

/**
 * Removes the locks that updates of refs left which were killed. Only those that a note names and that were made while its
 * update ran, two minutes ago or more: any other is of a git that is not ours.
 * @returns whether there are notes that are too young to be judged
 */
export async function clearStaleLocks(gitdir: string): Promise<boolean> {
  const folder = join(gitdir, tempFolder);
  let isLeft = false;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(notePrefix)) continue;
    const note = join(folder, name);
    const written = (await stat(note).catch(() => null))?.mtimeMs;
    // Its update has ended meanwhile.
    if (written === undefined) continue;
    if (Date.now() - written < staleMs) {
      isLeft = true;
      continue;
    }
    const refs = (await readFile(note, 'utf8')).split('\n').filter(Boolean);
    for (const file of [...refs, ...commonFiles]) await removeLock(join(gitdir, `${file}.lock`), written);
    await unlink(note);
  }
  return isLeft;
}

async function removeLock(file: string, written: number): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found && found.mtimeMs >= written && found.mtimeMs <= written + updateTimeoutMs) await unlink(file);
}
