import { randomUUID } from 'node:crypto';
import type { KernelProfile, Session } from '../../prisma/generated/client/client.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import { folderOf } from './folder-of.js';

/**
 * As Jupyter starts a kernel in the nearest folder that exists. IPython knows that folder too, as `_dh[0]`. Leaves no names
 * behind.
 */
const program = `exec('''
import os
while folder and not os.path.isdir(folder):
    folder = os.path.dirname(folder)
if folder:
    os.chdir(folder)
    try:
        get_ipython().user_ns['_dh'][:] = [os.getcwd()]
    except (NameError, KeyError, TypeError):
        pass
''', {'folder': FOLDER})`;

/** Whether a kernel that was started in the worker's own folder fits a session, or can be moved to the folder of its path. */
export function canEnterFolder({
  path,
  profile,
}: Pick<Session, 'path'> & { profile: Pick<KernelProfile, 'language'> }): boolean {
  return folderOf(path) === '.' || profile.language.toLowerCase() === 'python';
}

/**
 * Moves a kernel that can enter it to the folder of a session's path; see {@link canEnterFolder}.
 * @returns whether it is there
 * @throws KernelLostError
 */
export async function enterFolder(kernel: KernelConnection, path: string | null): Promise<boolean> {
  const folder = folderOf(path);
  if (folder === '.') return true;
  // A literal of JSON is one of Python, except for surrogates, which no path has.
  const code = program.replace('FOLDER', () => JSON.stringify(folder));
  const request = { code, messageId: randomUUID(), isSilent: true };
  const { status } = await kernel.execute(request, () => {});
  return status === 'ok';
}
