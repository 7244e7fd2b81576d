import { createHash } from 'node:crypto';

/**
 * The id of a version: a name-based UUID of its repository, branch, commit and path. It is the same when the version is
 * imported again, for example after a force push.
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.5
 */
export function versionId(repositoryId: string, branch: string, commitOid: string, path: string): string {
  const hash = createHash('sha1').update([repositoryId, branch, commitOid, path].join('\0')).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
