import { storageUnavailable } from '../durability/storage-error.js';
import type { NativeGit } from '../native/native-git.js';
import type { ObjectStore } from '../objects/object-store.js';

const maxCommits = 100_000;

/** The commits that lead to one by first parents; see {@link GitRepository.firstParents}. */
export async function firstParents(
  { objects, native }: { objects: ObjectStore; native: NativeGit },
  from: string | null,
  to: string,
): Promise<Set<string> | null> {
  const range = [to, ...(from === null ? [] : [`^${from}`])];
  const args = ['rev-list', '--first-parent', `--max-count=${maxCommits + 1}`, ...range, '--'];
  const options = { gitdir: objects.files.gitdir, env: { GIT_NO_REPLACE_OBJECTS: '1' } };
  const printed = await native.run(args, options).catch((error) => {
    throw storageUnavailable(error);
  });
  const oids = printed.toString().split('\n').filter(Boolean);
  return oids.length > maxCommits ? null : new Set(oids);
}
