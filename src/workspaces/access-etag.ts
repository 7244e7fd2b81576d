import { createHash } from 'node:crypto';
import type { SharedWorkspace } from './read-workspace-access.js';

/** As many hexadecimal digits as a blob sha has, so that all entity tags look alike. */
const length = 40;

/**
 * The entity tag of the sharing of a workspace, without quotes: a digest of all that its answer has. The same sharing has the
 * same tag at any gateway, and one that was changed and put back too, unless a grant has another id then.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3
 */
export function accessEtag({ id, visibility, ownerUserId, grants }: SharedWorkspace): string {
  const sorted = grants
    .map((grant) => [grant.id, grant.userId, grant.teamId, grant.accessLevel])
    .sort(([a], [b]) => (a! < b! ? -1 : 1));
  const text = JSON.stringify([id, visibility, ownerUserId, sorted]);
  return createHash('sha256').update(text).digest('hex').slice(0, length);
}
