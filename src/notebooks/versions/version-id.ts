import { hash } from 'node:crypto';

/**
 * The id of a version: a name-based UUID of its repository, branch, commit and path. It is the same when the version is
 * imported again, for example after a force push.
 * @see https://www.rfc-editor.org/rfc/rfc9562#section-5.5
 */
export function versionId(repositoryId: string, branch: string, commitOid: string, path: string): string {
  const hex = hash('sha1', `${repositoryId}\0${branch}\0${commitOid}\0${path}`);
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `5${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
