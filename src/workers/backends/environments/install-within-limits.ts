import { chmod, lchown, lstat, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasCode } from '../../has-code.js';
import { removeTree } from '../../remove-tree.js';
import { maxBuildMs, maxEnvironmentBytes, tookTooLong, tooLarge } from './build-limits.js';
import { environmentFailed } from './environment-failed.js';
import { folderBytes } from './folder-bytes.js';
import { giveFolder } from './give-folder.js';
import { pipFailed } from './pip-failed.js';
import { watchFolderSize } from './watch-folder-size.js';

/** Where packages are installed, and with what. */
export interface Installation {
  /** Absolute path of a new folder. Afterwards `site` in it has the packages, and `site/bin` their programs. */
  directory: string;
  /** The checked text of a `requirements.txt`. */
  requirements: string;
  /** The user, and the group of the same number, that pip runs as; null for the gateway's own. */
  uid: number | null;
  /** The environment variables of the worker: no error has their values. */
  environment: Record<string, string>;
  /** Added to the reason of a failure. */
  hint?: string;
  /** How long it may take; default 10 minutes. */
  maxMs?: number;
  /**
   * Runs pip, which may run code of anybody, with `build/requirements.txt`, into the folder `site`. Nothing of it runs on
   * afterwards.
   * @returns whether it succeeded, and the end of its output
   */
  run(signal: AbortSignal): Promise<{ succeeded: boolean; output: string }>;
}

/**
 * Installs packages into a folder of their own. The time and the size (4 GiB) are bounded.
 * @returns the bytes of the folder
 * @throws DomainError `runtime_unavailable` with the reason `environment_failed`; what `signal` was aborted with
 */
export async function installWithinLimits(installation: Installation, signal: AbortSignal): Promise<number> {
  const { directory, requirements, uid, environment, hint = '', maxMs = maxBuildMs } = installation;
  const build = join(directory, 'build');
  await mkdir(build, { recursive: true });
  await writeFile(join(build, 'requirements.txt'), requirements);
  if (uid !== null) await giveFolder(directory, uid);
  const size = watchFolderSize(directory, maxEnvironmentBytes);
  const limit = AbortSignal.timeout(maxMs);
  try {
    const { succeeded, output } = await installation.run(AbortSignal.any([signal, limit, size.exceeded]));
    if (!succeeded) throw pipFailed(output, { environment, hint });
    await takeOver(directory, uid);
    const bytes = await folderBytes(directory);
    if (bytes > maxEnvironmentBytes) throw tooLarge();
    return bytes;
  } catch (error) {
    if (error === limit.reason) throw tookTooLong(maxMs, error);
    if (size.exceeded.aborted && error === size.exceeded.reason) throw tooLarge();
    throw error;
  } finally {
    size.stop();
  }
}

/** From now on only the gateway may change the packages. What else pip left is removed. */
async function takeOver(directory: string, uid: number | null): Promise<void> {
  if (uid !== null) await lchown(directory, process.getuid!(), process.getgid!());
  await chmod(directory, 0o700);
  await removeTree(join(directory, 'build'));
  if (uid !== null)
    await giveFolder(directory, process.getuid!()).catch((error) => {
      if (!hasCode(error, 'ENAMETOOLONG')) throw error;
      throw environmentFailed('the paths of its packages are too long', error);
    });
  await chmod(directory, 0o755);
  const site = join(directory, 'site');
  await mkdir(site).catch(() => {});
  // Workers get what is at this path, and a link could lead to any folder of this machine.
  if (!(await lstat(site)).isDirectory()) throw environmentFailed('its packages replaced their folder');
  await chmod(site, 0o755);
}
