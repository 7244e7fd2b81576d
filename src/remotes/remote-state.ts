import type { RepositoryRemote } from '../../prisma/generated/client/client.js';
import { type RemoteFaultCode, remoteFaults } from '../engines/git/remote-fault.js';
import type { RemoteConflict } from './sync-job.js';

/**
 * Why the last sync was incomplete: a sentence from the closed list `remoteFaults`, then what was refused where it is something
 * single; null after a complete one.
 */
export function remoteError({ lastError, lastErrorSubject }: RepositoryRemote): string | null {
  if (lastError === null) return null;
  const sentence = remoteFaults[lastError as RemoteFaultCode] ?? remoteFaults.internal;
  return lastErrorSubject === null ? sentence : `${sentence} It was refused because ${lastErrorSubject}.`;
}

/** The branches that had diverged from the remote after the last sync. */
export function remoteConflicts({ conflicts }: RepositoryRemote): RemoteConflict[] {
  return conflicts as unknown as RemoteConflict[];
}
