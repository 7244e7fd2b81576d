import type { Logger } from 'pino';
import type { PrismaClient, RepositoryRemote } from '../../prisma/generated/client/client.js';
import type { GitStore, RemoteLimits } from '../engines/git/git-store.js';
import { RemoteFault, type RemoteFaultCode } from '../engines/git/remote-fault.js';
import { DomainError } from '../errors.js';
import type { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import type { AllowedHosts } from '../validation/allowed-hosts.js';
import { pinAddress } from './pin-address.js';
import { openCredentials } from './remote-credentials.js';
import { remoteLimits } from './remote-limits.js';
import { parseRemoteUrl } from './remote-url.js';
import type { Lookup } from './resolve-host.js';
import type { SecretBox } from './secret-box.js';
import type { RemoteConflict, SyncJob } from './sync-job.js';
import type { SyncMoves } from './sync-moves.js';
import { syncRemote } from './sync-remote.js';

/** How an attempt ended. */
export type SyncOutcome = SyncFault | { conflicts: RemoteConflict[] };

/** Why an attempt failed; see {@link RemoteFault}. */
interface SyncFault {
  fault: RemoteFaultCode;
  subject: string | null;
}

/** What an attempt uses. */
export interface AttemptDeps {
  prisma: PrismaClient;
  git: GitStore;
  indexer: BranchIndexer;
  log: Logger;
  box: SecretBox;
  allowed: AllowedHosts;
  moves: SyncMoves;
  /** Default {@link remoteLimits}. */
  limits?: RemoteLimits;
  /** Default: the DNS of the system. */
  lookup?: Lookup;
}

/**
 * Syncs a repository once with the remote that its row describes. It throws nothing: an error is logged and returned as a
 * fault.
 * @param running.confirm aborts `signal` and throws its reason when the row was changed or deleted meanwhile
 */
export async function attemptSync(
  deps: AttemptDeps,
  row: RepositoryRemote,
  { signal, confirm }: Pick<SyncJob, 'signal' | 'confirm'>,
): Promise<SyncOutcome> {
  const { git, allowed, lookup, limits = remoteLimits } = deps;
  const { repositoryId, url } = row;
  const forgetMoves: (() => void)[] = [];
  try {
    if (!git.canReachRemotes) throw new RemoteFault('git_missing');
    const credentials = openCredentials(deps.box, row);
    const pinned = await pinAddress(parseRemoteUrl(url, ['url']), allowed, lookup);
    const conflicts = await syncRemote(
      { ...deps, limits },
      {
        repositoryId,
        access: { url, pinned, credentials },
        push: row.pushAfterSave,
        isFirst: row.lastSyncedAt === null,
        signal,
        confirm,
        onMove: (branch, oid) => forgetMoves.push(deps.moves.add(repositoryId, branch, oid)),
      },
    );
    return { conflicts };
  } catch (error) {
    const { fault, subject } = faultOf(error);
    if (!signal.aborted) deps.log.warn({ err: error, repositoryId, fault }, 'a remote was not synced');
    return { fault, subject };
  } finally {
    for (const forget of forgetMoves) forget();
  }
}

function faultOf(error: unknown): SyncFault {
  if (error instanceof RemoteFault) return { fault: error.code, subject: error.subject };
  const isStorage = error instanceof DomainError && error.code === 'storage_unavailable';
  return { fault: isStorage ? 'storage' : 'internal', subject: null };
}
