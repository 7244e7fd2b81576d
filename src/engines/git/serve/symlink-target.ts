import { isReadableSegment } from '../file-path.js';
import type { PackObjects } from './pack-objects.js';
import { PushRefused } from './push-refused.js';

/** A symlink in a tree. `depth` is the number of folders above it: 2 for `a/b/link`. */
export interface Symlink {
  path: string;
  depth: number;
}

const maxTargetBytes = 4096;

/**
 * Refuses symlinks that lead outside of the repository.
 * @param symlinks by the id of the blob that contains the target; of several, the one with the fewest folders above it
 * @throws PushRefused, which names the path
 */
export async function checkSymlinks(pack: PackObjects, symlinks: Map<string, Symlink>): Promise<void> {
  if (symlinks.size === 0) return;
  const blobs = await pack.look([...symlinks.keys()]);
  for (const { oid, type, size } of blobs) {
    if (type !== 'blob' || size > maxTargetBytes) throw refused(symlinks.get(oid)!, 'has no usable target');
  }
  for await (const { oid, bytes } of pack.read(blobs)) {
    const symlink = symlinks.get(oid)!;
    if (leadsOutside(bytes.toString(), symlink.depth))
      throw refused(symlink, 'leads outside of the repository');
  }
}

/**
 * Whether a symlink's target is absolute, empty, or leads above the root or into `.git`.
 * @param depth the number of folders above the symlink
 */
export function leadsOutside(target: string, depth: number): boolean {
  if (target === '' || target.includes('\0') || /^([/\\]|[a-z]:)/i.test(target)) return true;
  let at = depth;
  for (const segment of target.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment === '..') at -= 1;
    else if (isReadableSegment(segment)) at += 1;
    else return true;
    if (at < 0) return true;
  }
  return false;
}

function refused({ path }: Symlink, fault: string): PushRefused {
  return new PushRefused(`the symlink ${JSON.stringify(path)} ${fault}`);
}
