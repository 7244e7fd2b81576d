import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import type { RemoteAccess } from '../engines/git/git-store.js';
import { RemoteFault } from '../engines/git/remote-fault.js';
import type { SecretBox } from './secret-box.js';

/** The scope of a remote's secret: one repository and one origin (scheme, host and port). */
export function secretScope(repositoryId: string, url: string): string {
  return `${repositoryId} ${new URL(url).origin}`;
}

/**
 * Decrypts the credentials of a remote; null when it has none.
 * @throws RemoteFault `secret_unreadable`
 */
export function openCredentials(box: SecretBox, remote: RepositoryRemote): RemoteAccess['credentials'] {
  if (!remote.secret) return null;
  const secret = box.open(remote.secret, secretScope(remote.repositoryId, remote.url));
  if (secret === null) throw new RemoteFault('secret_unreadable');
  return { username: remote.username ?? '', secret };
}
