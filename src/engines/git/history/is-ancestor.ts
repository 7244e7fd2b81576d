import { storageUnavailable } from '../durability/storage-error.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';
import { linearChain } from './linear-chain.js';

/** Whether a commit is reachable from another one; it is its own ancestor. @throws DomainError `not_found` */
export async function isAncestor(
  { objects, native }: { objects: ObjectStore; native: NativeGit },
  ancestor: string,
  descendant: string,
): Promise<boolean> {
  await readLinks(objects, ancestor);
  if (await linearChain(objects, ancestor, descendant)) return true;
  try {
    await native.run(['merge-base', '--is-ancestor', ancestor, descendant], {
      gitdir: objects.files.gitdir,
      env: { GIT_NO_REPLACE_OBJECTS: '1' },
    });
    return true;
  } catch (error) {
    if (error instanceof NativeGitError && error.exitCode === 1) return false;
    throw storageUnavailable(error);
  }
}
