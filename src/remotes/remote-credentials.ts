import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import { RemoteFault } from '../engines/git/remote-fault.js';
import type { RemoteAccess } from '../engines/git/remotes/remote-command.js';
import type { SecretBox } from './secret-box.js';

/** What a secret is sealed for: it opens for its own repository and the host that it was given for, and no other. */
export function secretPlace(repositoryId: string, url: string): string {
  return `${repositoryId} ${new URL(url).origin}`;
}

/**
 * The credentials of a remote; null where it has none.
 * @throws RemoteFault `secret_unreadable`
 */
export function openCredentials(box: SecretBox, remote: RepositoryRemote): RemoteAccess['credentials'] {
  if (!remote.secret) return null;
  const secret = box.open(remote.secret, secretPlace(remote.repositoryId, remote.url));
  if (secret === null) throw new RemoteFault('secret_unreadable');
  return { username: remote.username ?? '', secret };
}
