import { chmod, open, stat } from 'node:fs/promises';
import { decodeLoose } from '../objects/object-codec.js';
import { errnoOf } from './storage-error.js';

const objectFile = /\/objects\/([0-9a-f]{2})\/([0-9a-f]{38})$/;
const refFile = /\.git\/refs\//;
/** The file was removed, or belongs to another user, who also synced it. */
const ignored = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'];
const refText = /^([0-9a-f]{40}|ref: .+)\n?$/;

/**
 * Writes a file's bytes over themselves, so that the next sync writes them to the disk: after a sync that failed, Linux
 * treats them as synced although they never reached it. Readers see no difference, and the time of the last change is kept to
 * within two microseconds: Node cuts it to one, after a double has rounded it. Files that are gone or of another user, and
 * folders, are ignored: a file system that cannot write a folder takes no more writes at all.
 * @throws Error when it is an object or a ref that is not whole: the bytes were lost, and only the journal still has them
 */
export async function rewriteFile(path: string): Promise<void> {
  try {
    const found = await stat(path);
    if (!found.isFile()) return;
    const { mode } = found;
    // Objects are read-only, also for their owner.
    const isReadOnly = (mode & 0o200) === 0;
    if (isReadOnly) await chmod(path, mode | 0o200);
    await rewrite(path, isReadOnly ? mode : null);
  } catch (error) {
    if (!ignored.includes(errnoOf(error) ?? '')) throw error;
  }
}

async function rewrite(path: string, mode: number | null): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { atimeNs, mtimeNs } = await file.stat({ bigint: true });
    const bytes = await file.readFile();
    await assertWhole(path, bytes);
    for (let at = 0; at < bytes.length; ) {
      at += (await file.write(bytes, at, bytes.length - at, at)).bytesWritten;
    }
    await file.utimes(Number(atimeNs) / 1e9, Number(mtimeNs) / 1e9);
    if (mode !== null) await file.chmod(mode);
  } finally {
    await file.close();
  }
}

async function assertWhole(path: string, bytes: Buffer): Promise<void> {
  const [, folder, name] = objectFile.exec(path) ?? [];
  if (folder && name) await decodeLoose(folder + name, bytes);
  else if (refFile.test(path) && !refText.test(bytes.toString('latin1')))
    throw new Error('a ref file holds no object id');
}
