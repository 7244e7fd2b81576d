import { access, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * A folder below that for temporary files, which is made where it is missing and kept between runs.
 * @param name of the folder; another content needs another name
 * @param fill puts the content into an empty folder, which gets its name when it is complete
 * @returns the path of the folder
 */
export async function keptFolder(name: string, fill: (fresh: string) => Promise<void>): Promise<string> {
  const folder = join(tmpdir(), `notebook-gateway-test-${name}`);
  if (await exists(folder)) return folder;
  const fresh = await mkdtemp(`${folder}-`);
  try {
    await fill(fresh);
    await rename(fresh, folder).catch(async (error) => {
      // Another run may have been faster.
      if (!(await exists(folder))) throw error;
    });
  } finally {
    await rm(fresh, { recursive: true, force: true });
  }
  return folder;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
