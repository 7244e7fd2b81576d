import type { Logger } from 'pino';
import type { PrismaClient } from '../../prisma/generated/client/client.js';
import type { Lease, Leases } from '../engines/database/leases.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore, RemoteLimits } from '../engines/git/git-store.js';
import type { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import type { AllowedHosts } from '../validation/allowed-hosts.js';
import { attemptSync } from './attempt-sync.js';
import { recordSync } from './record-sync.js';
import type { Lookup } from './resolve-host.js';
import { maxBurstMs, SaveBursts } from './save-bursts.js';
import { scheduleMissedPushes, schedulePush } from './schedule-push.js';
import { SecretBox } from './secret-box.js';
import { SyncMoves } from './sync-moves.js';

/** What {@link Remotes} uses. */
export interface RemotesDeps {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  indexer: BranchIndexer;
  leases: Leases;
  log: Logger;
  /** 32 bytes. */
  secretsKey: Uint8Array;
  allowed: AllowedHosts;
  /** Default: those of `remote-limits.ts`. */
  limits?: RemoteLimits;
  /** Default: the DNS of the system. */
  lookup?: Lookup;
}

const maxSyncs = 2;
const pollMs = 2_000;
const maxRowsPerPoll = 20;

/**
 * Syncs each repository that mirrors a remote when its sync is due. The due times are in the database, so that a restart
 * loses none; a lease per repository keeps two processes from syncing the same one. It starts when it is constructed.
 */
export class Remotes {
  /** Whether git is installed in a version that can reach remotes. */
  readonly available: boolean;
  /** Encrypts the secrets of remotes. */
  readonly box: SecretBox;
  /** The private hosts and networks that remotes may use. */
  readonly allowed: AllowedHosts;
  readonly #deps: RemotesDeps;
  readonly #running = new Map<string, { end: AbortController; done: Promise<void> }>();
  readonly #moves = new SyncMoves();
  readonly #bursts: SaveBursts;
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;
  readonly #started: Promise<void>;
  #polling: Promise<void> | undefined;
  #pollAgain = false;
  #closed = false;

  constructor(deps: RemotesDeps) {
    this.#deps = deps;
    this.available = deps.git.canReachRemotes;
    this.box = new SecretBox(deps.secretsKey);
    this.allowed = deps.allowed;
    this.#bursts = new SaveBursts({
      onStart: (repositoryId) => this.#scheduleAfterBurst(repositoryId),
      onEnd: (repositoryId) => {
        schedulePush(deps, repositoryId, new Date()).then(() => this.wake(), this.#logFailure);
      },
    });
    // The process that moved a branch schedules the push, and only it knows its moves.
    this.#unsubscribe = deps.bus.subscribe('commit', 'here', ({ repositoryId, branch, commitOid }) => {
      if (!this.#moves.has(repositoryId, branch, commitOid)) this.#bursts.saved(repositoryId);
    });
    this.#timer = setInterval(() => this.wake(), pollMs).unref();
    this.#started = scheduleMissedPushes(deps.prisma).catch(this.#logFailure);
  }

  /** Starts the syncs that are due now, instead of within the next 2 s. */
  wake(): void {
    if (this.#closed) return;
    this.#pollAgain = true;
    this.#polling ??= this.#poll()
      .catch(this.#logFailure)
      .finally(() => {
        this.#polling = undefined;
      });
  }

  /** Ends the sync of a repository that runs in this process, and waits for its end. */
  async cancel(repositoryId: string): Promise<void> {
    this.#running.get(repositoryId)?.end.abort();
    await this.#running.get(repositoryId)?.done;
  }

  /** Ends all syncs. They stay due, so that the next start resumes them. */
  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#bursts.close();
    for (const { end } of this.#running.values()) end.abort();
    await Promise.all([this.#started, this.#polling, ...[...this.#running.values()].map(({ done }) => done)]);
  }

  /** Whether the repository wants a push; records it for the end of the burst, in case the process ends before. */
  async #scheduleAfterBurst(repositoryId: string): Promise<boolean> {
    const { prisma } = this.#deps;
    if (await schedulePush(this.#deps, repositoryId, new Date(Date.now() + maxBurstMs))) return true;
    return (await prisma.repositoryRemote.count({ where: { repositoryId, pushAfterSave: true } })) > 0;
  }

  async #poll(): Promise<void> {
    await this.#started;
    while (this.#pollAgain && !this.#closed) {
      this.#pollAgain = false;
      await this.#startDueSyncs();
    }
  }

  async #startDueSyncs(): Promise<void> {
    if (this.#running.size >= maxSyncs) return;
    const rows = await this.#deps.prisma.repositoryRemote.findMany({
      where: { nextSyncAt: { lte: new Date() }, repositoryId: { notIn: [...this.#running.keys()] } },
      orderBy: { nextSyncAt: 'asc' },
      take: maxRowsPerPoll,
      select: { repositoryId: true },
    });
    for (const { repositoryId } of rows) {
      if (this.#closed || this.#running.size >= maxSyncs) return;
      const lease = await this.#deps.leases.tryTake(`remote:${repositoryId}`);
      if (lease) this.#start(repositoryId, lease);
    }
  }

  #start(repositoryId: string, lease: Lease): void {
    const end = new AbortController();
    const done = this.#sync(repositoryId, lease, end)
      .catch(this.#logFailure)
      .finally(() => {
        this.#running.delete(repositoryId);
        this.wake();
      });
    this.#running.set(repositoryId, { end, done });
  }

  async #sync(repositoryId: string, lease: Lease, end: AbortController): Promise<void> {
    const { prisma, bus } = this.#deps;
    const signal = AbortSignal.any([end.signal, lease.lost]);
    try {
      const row = await prisma.repositoryRemote.findUnique({ where: { repositoryId } });
      // Another process may have synced it since the poll.
      if (!row?.nextSyncAt || row.nextSyncAt > new Date()) return;
      await prisma.repositoryRemote.updateMany({
        where: { repositoryId },
        data: { lastAttemptAt: new Date() },
      });
      // Another process that changes or removes the remote cannot cancel this sync.
      const confirm = async () => {
        const where = { repositoryId, revision: row.revision, url: row.url };
        if ((await prisma.repositoryRemote.count({ where })) === 0) end.abort();
        signal.throwIfAborted();
      };
      const deps = { ...this.#deps, box: this.box, moves: this.#moves };
      const outcome = await attemptSync(deps, row, { signal, confirm });
      if (signal.aborted) return;
      await recordSync(prisma, row, outcome);
      bus.publish('remote', repositoryId, { repositoryId });
    } finally {
      await lease.release();
    }
  }

  readonly #logFailure = (error: unknown): void => {
    if (!this.#closed) this.#deps.log.warn({ err: error }, 'a remote could not be scheduled or synced');
  };
}
