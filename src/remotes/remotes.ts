import type { Logger } from 'pino';
import type { PrismaClient, RepositoryRemote } from '../../prisma/generated/client/client.js';
import type { Lease, Leases } from '../engines/database/leases.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';
import { canReachRemotes, type RemoteLimits } from '../engines/git/remotes/remote-command.js';
import type { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import type { Lookup } from './address-policy.js';
import type { AllowedHosts } from './allowed-hosts.js';
import { attemptSync, type SyncOutcome } from './attempt-sync.js';
import { nextSync } from './next-sync.js';
import { OwnMoves } from './own-moves.js';
import { createSaveBursts } from './save-bursts.js';
import { createSecretBox, type SecretBox } from './secret-box.js';

/** Syncs the repositories that mirror a remote, whenever one is due. */
export interface Remotes {
  /** Whether git is there, and new enough. */
  available: boolean;
  /** Keeps the secrets. */
  box: SecretBox;
  allowed: AllowedHosts;
  /** Looks for remotes that are due, now rather than in a moment. */
  wake(): void;
  /** Ends the sync of a repository that runs in this process, and waits for it. */
  cancel(repositoryId: string): Promise<void>;
  /** Ends all; what was under way is taken up by the next start. */
  close(): Promise<void>;
}

const syncsAtOnce = 2;
const lookEveryMs = 2_000;
const rowsALook = 20;
const mostConflicts = 100;
/** After a start the remotes that want pushes are looked at within this time, for saves just before the end. */
const spreadSeconds = 60;

/**
 * Makes the {@link Remotes} and begins. What is due stands in the database, so a restart forgets nothing; a lease a
 * repository keeps two processes from the same one.
 */
export function createRemotes(deps: {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  indexer: BranchIndexer;
  leases: Leases;
  log: Logger;
  secretsKey: Uint8Array;
  allowed: AllowedHosts;
  limits?: RemoteLimits;
  lookup?: Lookup;
}): Remotes {
  const { prisma, git, bus, leases, log } = deps;
  const box = createSecretBox(deps.secretsKey);
  const running = new Map<string, { end: AbortController; done: Promise<void> }>();
  const ownMoves = new OwnMoves();
  const timer = setInterval(wake, lookEveryMs).unref();
  let looking: Promise<void> | undefined;
  let again = false;
  let closed = false;

  const bursts = createSaveBursts(
    async (repositoryId) => {
      const where = { repositoryId, pushAfterSave: true as const };
      return (
        (await due(where, new Date(Date.now() + 10_000))) ||
        (await prisma.repositoryRemote.count({ where })) > 0
      );
    },
    (repositoryId) => {
      due({ repositoryId, pushAfterSave: true }, new Date()).then(wake, failed);
    },
  );
  const unsubscribe = bus.subscribe('commit', '*', ({ repositoryId, branch, commitOid }) => {
    if (!ownMoves.has(repositoryId, branch, commitOid)) bursts.saved(repositoryId);
  });

  /**
   * Makes remotes due at a time, unless they are earlier; whether there was one. A sync that has begun may have looked at
   * the branches already, so its time does not count.
   */
  async function due(where: { repositoryId: string; pushAfterSave: true }, at: Date): Promise<boolean> {
    const begun = { nextSyncAt: { lte: prisma.repositoryRemote.fields.lastAttemptAt } };
    const { count } = await prisma.repositoryRemote.updateMany({
      where: { ...where, OR: [{ nextSyncAt: null }, { nextSyncAt: { gt: at } }, begun] },
      data: { nextSyncAt: at, syncStatus: 'pending' },
    });
    if (count > 0) bus.publish('remote', where.repositoryId, { repositoryId: where.repositoryId });
    return count > 0;
  }

  function failed(error: unknown): void {
    if (!closed) log.warn({ err: error }, 'remotes could not be looked at');
  }

  function wake(): void {
    if (closed) return;
    again = true;
    looking ??= lookWhileAsked()
      .catch(failed)
      .finally(() => {
        looking = undefined;
      });
  }

  async function lookWhileAsked(): Promise<void> {
    await started;
    while (again && !closed) {
      again = false;
      await look();
    }
  }

  async function look(): Promise<void> {
    if (running.size >= syncsAtOnce) return;
    const rows = await prisma.repositoryRemote.findMany({
      where: { nextSyncAt: { lte: new Date() }, repositoryId: { notIn: [...running.keys()] } },
      orderBy: { nextSyncAt: 'asc' },
      take: rowsALook,
      select: { repositoryId: true },
    });
    for (const { repositoryId } of rows) {
      if (closed || running.size >= syncsAtOnce) return;
      const lease = await leases.tryTake(`remote:${repositoryId}`);
      if (!lease) continue;
      const end = new AbortController();
      const done = run(repositoryId, lease, end)
        .catch(failed)
        .finally(() => {
          running.delete(repositoryId);
          wake();
        });
      running.set(repositoryId, { end, done });
    }
  }

  async function run(repositoryId: string, lease: Lease, end: AbortController): Promise<void> {
    const signal = AbortSignal.any([end.signal, lease.lost]);
    try {
      const row = await prisma.repositoryRemote.findUnique({ where: { repositoryId } });
      // Another process may have been quicker.
      if (!row?.nextSyncAt || row.nextSyncAt > new Date()) return;
      await prisma.repositoryRemote.updateMany({
        where: { repositoryId },
        data: { lastAttemptAt: new Date() },
      });
      // It may be set or removed through another process, which cannot end this.
      const confirm = async () => {
        const where = { repositoryId, revision: row.revision, url: row.url };
        if ((await prisma.repositoryRemote.count({ where })) === 0) end.abort();
        signal.throwIfAborted();
      };
      const outcome = await attemptSync({ ...deps, box, ownMoves }, row, { signal, confirm });
      if (!signal.aborted) await tell(row, outcome);
    } finally {
      await lease.release();
    }
  }

  /** Writes how a sync ended; asked for again meanwhile, the remote stays due. */
  async function tell(row: RepositoryRemote, outcome: SyncOutcome): Promise<void> {
    const { repositoryId, revision, nextSyncAt, fetchIntervalSeconds: intervalSeconds } = row;
    const now = new Date();
    const fault = 'fault' in outcome ? outcome.fault : null;
    const conflicts = 'conflicts' in outcome ? outcome.conflicts : [];
    const failures = fault ? row.failures + 1 : 0;
    const data = {
      failures,
      lastError: fault ?? (conflicts.length > 0 ? 'diverged' : null),
      ...(fault
        ? {}
        : { lastSyncedAt: now, conflicts: conflicts.slice(0, mostConflicts).map((one) => ({ ...one })) }),
    };
    const syncStatus = fault ? 'error' : conflicts.length > 0 ? 'conflicted' : 'synced';
    const { count } = await prisma.repositoryRemote.updateMany({
      where: { repositoryId, revision, nextSyncAt },
      data: { ...data, syncStatus, nextSyncAt: nextSync({ now, failures, fault, intervalSeconds }) },
    });
    if (count === 0) await prisma.repositoryRemote.updateMany({ where: { repositoryId, revision }, data });
    bus.publish('remote', repositoryId, { repositoryId });
  }

  const started = prisma.$executeRaw`UPDATE "RepositoryRemote"
    SET "nextSyncAt" = LEAST("nextSyncAt", now() + random() * ${spreadSeconds}::int * interval '1 second')
    WHERE "pushAfterSave"`.then(() => {}, failed);

  return {
    available: canReachRemotes(git.native),
    box,
    allowed: deps.allowed,
    wake,
    async cancel(repositoryId) {
      running.get(repositoryId)?.end.abort();
      await running.get(repositoryId)?.done;
    },
    async close() {
      closed = true;
      clearInterval(timer);
      unsubscribe();
      bursts.close();
      for (const { end } of running.values()) end.abort();
      await Promise.all([started, looking, ...[...running.values()].map(({ done }) => done)]);
    },
  };
}
