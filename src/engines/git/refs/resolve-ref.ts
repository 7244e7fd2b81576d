import git from 'isomorphic-git';
import { notFound } from '../../../errors.js';
import { refUnreadable } from '../durability/storage-error.js';
import type { ResolvedRef } from '../git-types.js';
import { gitdirFs, virtualGitdir } from '../objects/gitdir-fs.js';
import type { ObjectStore } from '../objects/object-store.js';
import { assertBranchName, isObjectId } from '../ref-name.js';
import type { RefStore } from './ref-store.js';

const maxTags = 10;

/**
 * The commit of a ref: 40 hex digits are a commit of this repository; any other text is the name of a branch, else of a tag.
 * The rest of git's revision syntax is not supported.
 * @throws DomainError `invalid_ref` (malformed), `not_found` (unknown), `storage_unavailable` for a damaged branch
 */
export async function resolveRef(
  { objects, refs }: { objects: ObjectStore; refs: RefStore },
  ref: string,
): Promise<ResolvedRef> {
  if (isObjectId(ref)) {
    if ((await objects.read(ref))?.type !== 'commit') throw notFound('The ref');
    return { kind: 'commit', name: ref, commitOid: ref };
  }
  assertBranchName(ref);
  const branch = await refs.read(`refs/heads/${ref}`);
  if (branch) {
    await assertTip(objects, branch);
    return { kind: 'branch', name: ref, commitOid: branch };
  }
  const tag = await refs.read(`refs/tags/${ref}`);
  if (!tag) throw notFound('The ref');
  return { kind: 'tag', name: ref, commitOid: await peelToCommit(objects, tag) };
}

/** Refuses a branch whose commit is missing. @throws DomainError `storage_unavailable` */
export async function assertTip(objects: ObjectStore, oid: string): Promise<void> {
  if ((await objects.read(oid))?.type !== 'commit')
    throw refUnreadable(new Error(`commit ${oid} is missing`));
}

/** Follows annotated tags to the commit. @throws DomainError `not_found` for a tag of a tree or blob */
async function peelToCommit(objects: ObjectStore, oid: string): Promise<string> {
  let at = oid;
  for (let step = 0; step < maxTags; step++) {
    const object = await objects.read(at);
    if (object?.type === 'commit') return at;
    if (object?.type !== 'tag') break;
    const fs = gitdirFs(objects);
    const target = await git.readTag({ fs, gitdir: virtualGitdir, oid: at }).catch(() => null);
    // Another tool wrote a malformed tag.
    if (!target) break;
    at = target.tag.object;
  }
  throw notFound('The ref');
}
