import type { PrismaClient, RepositoryRemote } from '../../prisma/generated/client/client.js';
import { storable } from '../notebooks/versions/storable.js';
import type { SyncOutcome } from './attempt-sync.js';
import { nextSync } from './next-sync.js';

const maxConflicts = 100;
/** In characters. Longer paths are cut before. */
const maxSubject = 500;

/**
 * Writes the outcome of a sync into the remote's row, and when the next sync is due. It writes nothing when the settings
 * changed meanwhile. A remote for which somebody requested another sync meanwhile stays due.
 * @param row as it was when the sync began
 */
export async function recordSync(
  prisma: PrismaClient,
  row: RepositoryRemote,
  outcome: SyncOutcome,
): Promise<void> {
  const { repositoryId, revision, nextSyncAt, fetchIntervalSeconds: intervalSeconds } = row;
  const now = new Date();
  const fault = 'fault' in outcome ? outcome.fault : null;
  const subject = 'fault' in outcome ? outcome.subject : null;
  const conflicts = 'conflicts' in outcome ? outcome.conflicts : [];
  const failures = fault ? row.failures + 1 : 0;
  const data = {
    failures,
    lastError: fault ?? (conflicts.length > 0 ? 'diverged' : null),
    lastErrorSubject: subject && storable(subject.slice(0, maxSubject)),
    ...(fault
      ? {}
      : { lastSyncedAt: now, conflicts: conflicts.slice(0, maxConflicts).map((one) => ({ ...one })) }),
  };
  const syncStatus = fault ? 'error' : conflicts.length > 0 ? 'conflicted' : 'synced';
  const { count } = await prisma.repositoryRemote.updateMany({
    where: { repositoryId, revision, nextSyncAt },
    data: { ...data, syncStatus, nextSyncAt: nextSync({ now, failures, fault, intervalSeconds }) },
  });
  if (count === 0) await prisma.repositoryRemote.updateMany({ where: { repositoryId, revision }, data });
}
