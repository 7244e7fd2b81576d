import git from 'isomorphic-git';
import { DomainError, notFound } from '../../../errors.js';
import { refUnreadable, storageUnavailable } from '../durability/storage-error.js';
import type { ResolvedRef } from '../git-types.js';
import { type NativeGit, NativeGitError } from '../native/native-git.js';
import { gitdirFs, virtualGitdir } from '../objects/gitdir-fs.js';
import type { ObjectStore } from '../objects/object-store.js';
import { assertBranchName, isBranchName, isObjectId } from '../ref-name.js';
import type { RefStore } from './ref-store.js';

const maxTags = 10;
/** In bytes: the ids of some thousand objects. That many with the same seven digits exist only if somebody made them on purpose. */
const maxListing = 256 * 1024;

/** A sha that is given by its first digits; Git's own default has at least seven. */
const abbreviated = /^[0-9a-f]{7,39}$/;

interface Parts {
  objects: ObjectStore;
  refs: RefStore;
  native: NativeGit;
}

/**
 * The commit of a ref: 40 hex digits are a commit of this repository; any other text is the name of a branch, else of a tag,
 * else with `refs/` or without the full name of one of them, else the first seven or more digits of a commit. Digits may be in
 * any case. The rest of git's revision syntax is not supported.
 * @throws DomainError `invalid_ref` (malformed, or digits of several commits), `not_found` (unknown), `storage_unavailable`
 *   for a damaged branch
 */
export async function resolveRef(parts: Parts, ref: string): Promise<ResolvedRef> {
  const { objects } = parts;
  const digits = ref.toLowerCase();
  if (isObjectId(digits)) {
    if ((await objects.read(digits))?.type !== 'commit') throw notFound('The ref');
    return { kind: 'commit', name: digits, commitOid: digits };
  }
  assertBranchName(ref);
  const [, folder, name = ''] = /^(?:refs\/)?(heads|tags)\/(.+)$/.exec(ref) ?? [];
  const found =
    (await branchAt(parts, ref)) ??
    (await tagAt(parts, ref)) ??
    (folder === 'heads' ? await branchAt(parts, name) : null) ??
    (folder === 'tags' ? await tagAt(parts, name) : null) ??
    (abbreviated.test(digits) ? await commitAt(parts, digits) : null);
  if (!found) throw notFound('The ref');
  return found;
}

async function branchAt({ objects, refs }: Parts, name: string): Promise<ResolvedRef | null> {
  if (!isBranchName(name)) return null;
  const oid = await refs.read(`refs/heads/${name}`);
  if (!oid) return null;
  await assertTip(objects, oid);
  return { kind: 'branch', name, commitOid: oid };
}

async function tagAt({ objects, refs }: Parts, name: string): Promise<ResolvedRef | null> {
  if (!isBranchName(name)) return null;
  const oid = await refs.read(`refs/tags/${name}`);
  return oid ? { kind: 'tag', name, commitOid: await peelToCommit(objects, oid) } : null;
}

async function commitAt({ objects, native }: Parts, digits: string): Promise<ResolvedRef | null> {
  const { gitdir } = objects.files;
  const printed = await native
    .run(['rev-parse', `--disambiguate=${digits}`], { gitdir, maxOutput: maxListing })
    .catch((error: unknown) => {
      throw error instanceof NativeGitError ? storageUnavailable(error) : error;
    });
  const commits: string[] = [];
  for (const oid of printed.toString().split('\n'))
    if (isObjectId(oid) && (await objects.read(oid))?.type === 'commit') commits.push(oid);
  if (commits.length > 1)
    throw new DomainError('invalid_ref', 'Several commits begin with these digits; give more of them.');
  const [oid] = commits;
  return oid === undefined ? null : { kind: 'commit', name: oid, commitOid: oid };
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
