import { lstat, opendir } from 'node:fs/promises';
import { join } from 'node:path';

/** The bytes of all files below a folder. Links are not followed; what disappears meanwhile does not count. */
export async function folderBytes(folder: string): Promise<number> {
  let bytes = 0;
  const folders = [folder];
  for (const at of folders) {
    const entries = await opendir(at).catch(() => null);
    if (!entries) continue;
    for await (const entry of entries) {
      const path = join(at, entry.name);
      if (entry.isDirectory()) folders.push(path);
      else
        bytes += await lstat(path).then(
          ({ size }) => size,
          () => 0,
        );
    }
  }
  return bytes;
}
