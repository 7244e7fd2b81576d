import { DomainError } from '../../../errors.js';
import { storageUnavailable } from '../durability/storage-error.js';
import type { NativeGit } from '../native/native-git.js';
import type { CommitLinks } from '../objects/commit-object.js';
import type { ObjectStore } from '../objects/object-store.js';
import type { RefStore } from '../refs/ref-store.js';
import { peelToCommit } from '../refs/resolve-ref.js';
import { isAncestor } from './is-ancestor.js';

/** Whether a ref, a hidden one too, leads to a commit that exists: one that none leads to may be pruned at any moment. */
export async function isReachable(
  parts: { objects: ObjectStore; refs: RefStore; native: NativeGit | null },
  readLinks: (oid: string) => Promise<CommitLinks>,
  oid: string,
): Promise<boolean> {
  const { objects, refs, native } = parts;
  const tips = new Set((await refs.list()).values());
  if (tips.has(oid)) return true;
  if (native) {
    const args = ['rev-list', '--max-count=1', oid, '--not', '--all', '--'];
    const env = { GIT_NO_REPLACE_OBJECTS: '1' };
    const printed = await native.run(args, { gitdir: objects.files.gitdir, env }).catch((error) => {
      throw storageUnavailable(error);
    });
    return printed.length === 0;
  }
  const commits = new Set<string>();
  for (const tip of tips) {
    const commit = await peelToCommit(objects, tip).catch((error: unknown) => {
      if (!(error instanceof DomainError)) throw error;
      return null;
    });
    if (commit) commits.add(commit);
  }
  return (await isAncestor(readLinks, oid, commits, Number.POSITIVE_INFINITY)) === true;
}
