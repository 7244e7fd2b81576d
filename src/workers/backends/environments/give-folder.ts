import { chmod, lchown, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes a user the owner of a folder with all that it contains, and the only one who may enter it. Nobody may change the
 * folder meanwhile.
 * @param id of the user and of the group
 */
export async function giveFolder(folder: string, id: number): Promise<void> {
  await giveContent(folder, id);
  await lchown(folder, id, id);
  await chmod(folder, 0o700);
}

async function giveContent(folder: string, id: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await giveContent(path, id);
    await lchown(path, id, id);
  }
}
