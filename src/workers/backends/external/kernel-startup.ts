import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { workerProgram } from './worker-program.js';

/**
 * Writes the configuration of every kernel that is built on ipykernel, whatever its language, and what IPython kernels run
 * before their first cell. Other kernels cannot be kept from dropping output, but where their message ids are numbered, what
 * they drop is counted.
 * @param ipythonDirectory the `IPYTHONDIR` of the server
 * @see https://ipython.readthedocs.io/en/stable/config/intro.html
 */
export async function writeKernelStartup(ipythonDirectory: string): Promise<void> {
  const profile = join(ipythonDirectory, 'profile_default');
  await mkdir(profile, { recursive: true, mode: 0o700 });
  for (const name of ['ipython_kernel_config.py', 'import_modules.py'] as const)
    await copyFile(workerProgram(name), join(profile, name));
}
