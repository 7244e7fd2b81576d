import { createHash } from 'node:crypto';

/**
 * A version's id: a name-based UUID (RFC 9562, section 5.5) of what it is a version of, so that an index made anew
 * after a force push gives the versions that stayed their old ids.
 */
export function versionId(repositoryId: string, branch: string, commitOid: string, path: string): string {
  const hash = createHash('sha1').update([repositoryId, branch, commitOid, path].join('\0')).digest();
  hash[6] = (hash[6]! & 0x0f) | 0x50;
  hash[8] = (hash[8]! & 0x3f) | 0x80;
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
