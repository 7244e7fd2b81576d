import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import { type RemoteFaultCode, remoteFaults } from '../engines/git/remote-fault.js';
import type { RemoteConflict } from './sync-remote.js';

/** Why the last sync did not do all that it should, in a sentence of a closed set; null where it did. */
export function remoteError({ lastError }: RepositoryRemote): string | null {
  return lastError === null ? null : (remoteFaults[lastError as RemoteFaultCode] ?? remoteFaults.internal);
}

/** The branches that went different ways, as the last sync left them. */
export function remoteConflicts({ conflicts }: RepositoryRemote): RemoteConflict[] {
  return conflicts as unknown as RemoteConflict[];
}
