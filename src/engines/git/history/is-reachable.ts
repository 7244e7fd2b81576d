import { storageUnavailable } from '../durability/storage-error.js';
import type { NativeGit } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RefStore } from '../refs/ref-store.js';

/**
 * Whether some ref, a hidden one too, leads to a commit that exists. Any other commit may be pruned at any moment.
 * @throws DomainError `storage_unavailable`
 */
export async function isReachable(
  { objects, refs, native }: { objects: ObjectStore; refs: RefStore; native: NativeGit },
  oid: string,
): Promise<boolean> {
  for (const tip of (await refs.list()).values()) if (tip === oid) return true;
  const unreachable = ['rev-list', '--max-count=1', oid, '--not', '--all', '--'];
  const env = { GIT_NO_REPLACE_OBJECTS: '1' };
  const printed = await native.run(unreachable, { gitdir: objects.files.gitdir, env }).catch((error) => {
    throw storageUnavailable(error);
  });
  return printed.length === 0;
}
