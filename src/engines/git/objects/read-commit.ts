import { notFound } from '../../../errors.js';
import type { Commit } from '../git-types.js';
import { type CommitLinks, decodeCommit, decodeCommitLinks } from './commit-object.js';
import type { ObjectStore } from './object-store.js';

/** Reads a commit that a caller names. @throws DomainError `not_found` when there is no such commit in the repository */
export async function readCommit(objects: ObjectStore, oid: string): Promise<Commit> {
  return decodeCommit(oid, await commitBytes(objects, oid));
}

/** Reads only the links of a commit. @throws DomainError `not_found` when there is no such commit in the repository */
export async function readLinks(objects: ObjectStore, oid: string): Promise<CommitLinks> {
  return decodeCommitLinks(oid, await commitBytes(objects, oid));
}

async function commitBytes(objects: ObjectStore, oid: string): Promise<Buffer> {
  const object = await objects.read(oid);
  if (object?.type !== 'commit') throw notFound('The commit');
  return object.bytes;
}
