import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import { type RemoteFaultCode, remoteFaults } from '../engines/git/remote-fault.js';
import type { RemoteConflict } from './sync-job.js';

/** A sentence that says why the last sync was incomplete, from the closed list `remoteFaults`; null after a complete one. */
export function remoteError({ lastError }: RepositoryRemote): string | null {
  return lastError === null ? null : (remoteFaults[lastError as RemoteFaultCode] ?? remoteFaults.internal);
}

/** The branches that had diverged from the remote after the last sync. */
export function remoteConflicts({ conflicts }: RepositoryRemote): RemoteConflict[] {
  return conflicts as unknown as RemoteConflict[];
}
