import { storageUnavailable } from '../durability/storage-error.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';
import { readLinks } from '../objects/read-commit.js';

/** Milliseconds. */
const timeoutMs = 20_000;

/**
 * The best common ancestors of two commits; none where their histories have nothing in common, several where branches were
 * merged crosswise. It takes a process: the caller limits how many run.
 * @throws DomainError `not_found`, `storage_unavailable`
 * @see https://git-scm.com/docs/git-merge-base
 */
export async function mergeBases(
  { objects, native }: { objects: ObjectStore; native: NativeGit },
  one: string,
  two: string,
): Promise<string[]> {
  await readLinks(objects, one);
  await readLinks(objects, two);
  if (one === two) return [one];
  try {
    const printed = await native.run(['merge-base', '--all', one, two], {
      gitdir: objects.files.gitdir,
      env: { GIT_NO_REPLACE_OBJECTS: '1' },
      timeoutMs,
    });
    return printed.toString().trim().split('\n');
  } catch (error) {
    if (error instanceof NativeGitError && error.exitCode === 1) return [];
    throw storageUnavailable(error);
  }
}
