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

/**
 * Moves a kernel, which was started in the worker's own folder, to the folder of a session's path.
 * @returns false for a kernel that cannot be moved there
 * @throws KernelLostError
 */
export async function enterFolder(
  kernel: KernelConnection,
  { path, profile }: Pick<Session, 'path'> & { profile: Pick<KernelProfile, 'language'> },
): Promise<boolean> {
  const folder = folderOf(path);
  if (folder === '.') return true;
  if (profile.language.toLowerCase() !== 'python') return false;
  // A literal of JSON is one of Python, except for surrogates, which no path has.
  const code = program.replace('FOLDER', () => JSON.stringify(folder));
  const request = { code, stopOnError: false, messageId: randomUUID(), isSilent: true };
  const { status } = await kernel.execute(request, () => {});
  return status === 'ok';
}
