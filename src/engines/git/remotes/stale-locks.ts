import { readdir, readFile, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { tempFolder } from '../durability/temp-name.js';

/** The prefix of the name of a note, which lists the refs that a Git process of the gateway has locked. */
export const notePrefix = 'ref-update-';
/** Milliseconds that one update of refs may take; then it is killed. */
export const updateTimeoutMs = 60_000;
/** A note of this age belongs to no running process, not even to one that survived the gateway. */
const staleMs = 2 * updateTimeoutMs;
/** Files that an update locks in addition to its refs. */
const commonFiles = ['packed-refs', 'HEAD'];

/**
 * Removes the locks of ref updates that were killed: only locks that a note lists, and that were created while its update
 * ran, at least two minutes ago. Every other lock belongs to a Git process that the gateway did not start.
 * @returns whether there are notes that are younger
 */
export async function clearStaleLocks(gitdir: string): Promise<boolean> {
  const folder = join(gitdir, tempFolder);
  let hasYoungerNotes = false;
  for (const name of await readdir(folder).catch(() => [])) {
    if (!name.startsWith(notePrefix)) continue;
    const note = join(folder, name);
    const written = (await stat(note).catch(() => null))?.mtimeMs;
    // The update has ended meanwhile.
    if (written === undefined) continue;
    if (Date.now() - written < staleMs) {
      hasYoungerNotes = true;
      continue;
    }
    const refs = (await readFile(note, 'utf8')).split('\n').filter(Boolean);
    for (const file of [...refs, ...commonFiles]) await removeLock(join(gitdir, `${file}.lock`), written);
    await unlink(note);
  }
  return hasYoungerNotes;
}

async function removeLock(file: string, written: number): Promise<void> {
  const found = await stat(file).catch(() => null);
  if (found && found.mtimeMs >= written && found.mtimeMs <= written + updateTimeoutMs) await unlink(file);
}
