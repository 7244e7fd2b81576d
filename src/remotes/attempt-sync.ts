import type { Logger } from 'pino';
import type { PrismaClient, RepositoryRemote } from '../../prisma/generated/client/client.js';
import type { GitStore } from '../engines/git/git-store.js';
import { RemoteFault, type RemoteFaultCode } from '../engines/git/remote-fault.js';
import { canReachRemotes, type RemoteLimits, remoteLimits } from '../engines/git/remotes/remote-command.js';
import { DomainError } from '../errors.js';
import type { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import { type Lookup, pinAddress } from './address-policy.js';
import type { AllowedHosts } from './allowed-hosts.js';
import type { OwnMoves } from './own-moves.js';
import { openCredentials } from './remote-credentials.js';
import { parseRemoteUrl } from './remote-url.js';
import type { SecretBox } from './secret-box.js';
import { type RemoteConflict, type SyncJob, syncRemote } from './sync-remote.js';

/** How an attempt ended. */
export type SyncOutcome = { fault: RemoteFaultCode } | { conflicts: RemoteConflict[] };

/** What an attempt works with; `limits` and `lookup` have defaults. */
export interface AttemptDeps {
  prisma: PrismaClient;
  git: GitStore;
  indexer: BranchIndexer;
  log: Logger;
  box: SecretBox;
  allowed: AllowedHosts;
  ownMoves: OwnMoves;
  limits?: RemoteLimits;
  lookup?: Lookup;
}

/**
 * Syncs once, as the row says; every failure is told as a fault, with its cause in the log.
 * @param running.confirm aborts `signal`, and throws its reason, where the row was set otherwise or removed
 */
export async function attemptSync(
  deps: AttemptDeps,
  row: RepositoryRemote,
  { signal, confirm }: Pick<SyncJob, 'signal' | 'confirm'>,
): Promise<SyncOutcome> {
  const { git, allowed, lookup, limits = remoteLimits } = deps;
  const { repositoryId, url } = row;
  const forget: (() => void)[] = [];
  try {
    if (!canReachRemotes(git.native)) throw new RemoteFault('git_missing');
    const credentials = openCredentials(deps.box, row);
    const pinned = await pinAddress(parseRemoteUrl(url, ['url']), allowed, lookup);
    const conflicts = await syncRemote(
      { ...deps, native: git.native, limits },
      {
        repositoryId,
        access: { url, pinned, credentials },
        push: row.pushAfterSave,
        isFirst: row.lastSyncedAt === null,
        signal,
        confirm,
        onMove: (branch, oid) => forget.push(deps.ownMoves.add(repositoryId, branch, oid)),
      },
    );
    return { conflicts };
  } catch (error) {
    const fault = faultCode(error);
    if (!signal.aborted) deps.log.warn({ err: error, repositoryId, fault }, 'a remote was not synced');
    return { fault };
  } finally {
    for (const one of forget) one();
  }
}

function faultCode(error: unknown): RemoteFaultCode {
  if (error instanceof RemoteFault) return error.code;
  return error instanceof DomainError && error.code === 'storage_unavailable' ? 'storage' : 'internal';
}
