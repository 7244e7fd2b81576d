import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { diskSyncs, syncPaths } from './durability/syncs.js';

/** Syncs all files and folders below a folder, itself and its parent to the disk. */
export async function syncFolder(folder: string): Promise<void> {
  const entries = await readdir(folder, { recursive: true });
  const paths = entries.map((entry) => join(folder, entry));
  await syncPaths([...paths, folder, join(folder, '..')], diskSyncs, folder);
}
