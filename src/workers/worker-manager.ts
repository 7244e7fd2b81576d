import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { KernelProfile, Prisma, PrismaClient, Worker } from '../../prisma/generated/client/client.js';
import type { EventBus } from '../engines/events/event-bus.js';
import type { GitStore } from '../engines/git/git-store.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import type { BackendKind, WorkerBackend, WorkerExit } from './backend.js';
import { bringUpWorker, whyNotStarted } from './bring-up-worker.js';
import { createFileFollower } from './file-follower.js';
import { createServerStopper } from './server-stopper.js';
import type { WorkerFolders } from './worker-files.js';
import { liveStatuses } from './worker-status.js';

/** Starts, watches and stops workers, and keeps their rows in step with the backends. */
export interface WorkerManager {
  /** The backend that runs a profile, if one is configured. */
  backendFor(profile: Pick<KernelProfile, 'runtime'>): BackendKind | null;
  /** `null` when workers of the profile can be started now, else one sentence that says why not. */
  unavailableReason(profile: Pick<KernelProfile, 'runtime'>): Promise<string | null>;
  /** Brings a worker whose row is `starting` up, in the background. */
  start(worker: Worker, commitOid: string): void;
  /**
   * Stops a worker; when it returns, its row is terminal. Nothing of it runs then, or the row is `failed` with the reason
   * `stop_failed` and stopping it goes on in the background. Idempotent.
   */
  stop(workerId: string, statusReason?: string): Promise<void>;
  /** Where a ready worker's Jupyter answers. */
  endpoint(workerId: string): JupyterEndpoint | undefined;
  /** A session of the worker began or ended a cell. */
  onBusy(workerId: string, busy: boolean): void;
  /** After a restart of the gateway: takes up what still runs, ends the rows of what does not. */
  reconcile(): Promise<void>;
  /** Called when a worker has gone, for whatever reason; `server` runs on without it. */
  onGone(listener: (workerId: string, server?: JupyterEndpoint) => Promise<void>): void;
  /** Stops watching; the workers run on. */
  close(): Promise<void>;
}

interface Live {
  backend: WorkerBackend;
  endpoint?: JupyterEndpoint;
  starting: AbortController;
  /** Resolves when nothing of the start goes on any more. */
  broughtUp?: Promise<void>;
  busy: number;
  /** Writes `busy` or `ready` in a moment: short cells are not worth two writes each. */
  settling?: NodeJS.Timeout;
  /** The writes of `busy` and `ready`, one after the other. */
  settled: Promise<unknown>;
}

/** Makes the {@link WorkerManager}; `directory` holds one folder a worker. */
export function createWorkerManager(deps: {
  prisma: PrismaClient;
  git: GitStore;
  bus: EventBus;
  branches: BranchWatcher;
  log: Logger;
  directory: string;
  backends: WorkerBackend[];
}): WorkerManager {
  const { prisma, git, bus, log, backends } = deps;
  const live = new Map<string, Live>();
  const stops = new Map<string, Promise<void>>();
  const servers = createServerStopper(deps);
  let gone: Parameters<WorkerManager['onGone']>[0] = async () => {};

  const directoryOf = (workerId: string) => join(deps.directory, workerId);
  const backendOf = (worker: Pick<Worker, 'backend'>) => backends.find(({ kind }) => kind === worker.backend);

  function foldersOf(worker: Pick<Worker, 'id' | 'backend'>): WorkerFolders {
    const remote = backendOf(worker)?.remoteFolders;
    return {
      files: join(directoryOf(worker.id), 'files'),
      state: join(directoryOf(worker.id), 'state'),
      openRemote: remote && ((signal) => remote.open(worker.id, signal)),
    };
  }

  /** Changes a row that is in one of the `from` statuses; false when it is not, so that terminal ones never revive. */
  async function change(
    workerId: string,
    from: Worker['status'][],
    data: Prisma.WorkerUpdateManyMutationInput,
  ): Promise<boolean> {
    const { count } = await prisma.worker.updateMany({ where: { id: workerId, status: { in: from } }, data });
    if (count > 0) bus.publish('worker', workerId, { workerId });
    return count > 0;
  }

  const files = createFileFollower({
    ...deps,
    folders: foldersOf,
    report: (workerId, fileConflicts) => change(workerId, ['ready', 'busy'], { fileConflicts }),
  });

  function backendFor(profile: Pick<KernelProfile, 'runtime'>): WorkerBackend | undefined {
    const dedicated = profile.runtime === 'dedicated';
    return backends.find((backend) => (backend.kind === 'external') !== dedicated);
  }

  async function bringUp(worker: Worker, commitOid: string, entry: Live): Promise<void> {
    const report = (progressPercent: number, progressMessage: string) => {
      change(worker.id, ['starting'], { progressPercent, progressMessage }).catch((error) =>
        log.warn({ err: error, workerId: worker.id }, 'a progress was not written'),
      );
    };
    const { backend, starting } = entry;
    const how = { git, backend, folders: foldersOf(worker), report, signal: starting.signal };
    entry.endpoint = await bringUpWorker(how, worker, commitOid);
    const ready = await change(worker.id, ['starting'], {
      status: 'ready',
      startedAt: new Date(),
      lastActivityAt: new Date(),
      progressPercent: 100,
      progressMessage: 'Ready',
    });
    if (!ready) throw new Error('the worker was stopped while it started');
    // Also what reached the branch since its files were written.
    files.follow(worker);
  }

  async function removeFolders(workerId: string, backend: WorkerBackend | undefined): Promise<void> {
    const removed = [
      rm(directoryOf(workerId), { recursive: true, force: true }),
      backend?.remoteFolders?.remove(workerId),
    ];
    for (const { reason } of (await Promise.allSettled(removed)).filter((one) => one.status === 'rejected')) {
      log.warn({ err: reason, workerId }, 'a worker folder was not removed');
    }
  }

  async function end(
    workerId: string,
    status: 'stopped' | 'failed',
    statusReason: string | null,
    errorDetail: string | null = null,
    found?: Pick<Live, 'backend' | 'endpoint'>,
  ): Promise<void> {
    await files.unfollow(workerId);
    await change(workerId, [...liveStatuses], {
      status,
      statusReason,
      errorDetail,
      stoppedAt: new Date(),
      liveKey: null,
    });
    const server = found?.backend.ownsServers === false ? found.endpoint : undefined;
    await gone(workerId, server).catch((error) =>
      log.error({ err: error, workerId }, 'sessions were not ended'),
    );
    await removeFolders(workerId, found?.backend);
  }

  async function exited({ workerId, reason, detail }: WorkerExit): Promise<void> {
    const entry = live.get(workerId);
    if (!entry?.endpoint) return;
    live.delete(workerId);
    await servers.stop(entry.backend, workerId);
    await end(workerId, 'failed', reason, detail, entry);
  }

  /** Ends a worker that somebody wanted to end. */
  async function endStopped(
    workerId: string,
    statusReason: string,
    found: Pick<Live, 'backend' | 'endpoint' | 'broughtUp'> | undefined,
  ): Promise<void> {
    const stopped = !found || (await servers.stop(found.backend, workerId));
    // Else it might write files after their folder was removed.
    await found?.broughtUp;
    if (stopped) await end(workerId, 'stopped', statusReason, null, found);
    else await end(workerId, 'failed', 'stop_failed', stopFailedDetail, found);
  }

  async function stop(workerId: string, statusReason: string): Promise<void> {
    const entry = live.get(workerId);
    live.delete(workerId);
    // Without its key it is no live worker any more that a start would answer.
    const data = { status: 'stopping', liveKey: null } as const;
    const stopping = await change(workerId, [...liveStatuses], data).catch((error) => {
      if (entry) live.set(workerId, entry);
      throw error;
    });
    if (!stopping && !entry) return;
    entry?.starting.abort();
    await endStopped(workerId, statusReason, entry);
  }

  const unwatch = backends.map((backend) =>
    backend.onExit((exit) => {
      exited(exit).catch((error) => log.error({ err: error, ...exit }, 'an exit was not handled'));
    }),
  );

  return {
    backendFor: (profile) => backendFor(profile)?.kind ?? null,

    async unavailableReason(profile) {
      const backend = backendFor(profile);
      return backend
        ? backend.unavailableReason()
        : 'No backend for this profile is configured (WORKER_BACKENDS).';
    },

    start(worker, commitOid) {
      const backend = backendOf(worker)!;
      const entry: Live = { backend, starting: new AbortController(), busy: 0, settled: Promise.resolve() };
      live.set(worker.id, entry);
      entry.broughtUp = bringUp(worker, commitOid, entry)
        .catch(async (error) => {
          if (live.get(worker.id) !== entry) return;
          live.delete(worker.id);
          log.warn({ err: error, workerId: worker.id }, 'a worker did not start');
          const { reason, detail } = whyNotStarted(error);
          await servers.stop(backend, worker.id);
          await end(worker.id, 'failed', reason, detail, entry);
        })
        .catch((error) => log.error({ err: error, workerId: worker.id }, 'a failed start was not recorded'));
    },

    stop(workerId, statusReason = 'requested') {
      const joined = stops.get(workerId);
      if (joined) return joined;
      const own = stop(workerId, statusReason).finally(() => stops.delete(workerId));
      stops.set(workerId, own);
      return own;
    },

    endpoint: (workerId) => live.get(workerId)?.endpoint,

    onBusy(workerId, busy) {
      const entry = live.get(workerId);
      if (!entry) return;
      entry.busy += busy ? 1 : -1;
      entry.settling ??= setTimeout(() => {
        entry.settling = undefined;
        const data = { status: entry.busy > 0 ? 'busy' : 'ready', lastActivityAt: new Date() } as const;
        entry.settled = entry.settled
          .then(() => change(workerId, ['ready', 'busy'], data))
          .catch((error) => log.warn({ err: error, workerId }, 'a worker status was not written'));
      }, settleMs);
    },

    async reconcile() {
      const rows = await prisma.worker.findMany({ where: { status: { in: [...liveStatuses] } } });
      const running = new Map<string, { backend: WorkerBackend; endpoint: JupyterEndpoint }>();
      for (const backend of backends) {
        for (const [id, endpoint] of await backend.running()) running.set(id, { backend, endpoint });
      }
      for (const row of rows) {
        const found = running.get(row.id);
        running.delete(row.id);
        if (found && (row.status === 'ready' || row.status === 'busy')) {
          live.set(row.id, {
            ...found,
            starting: new AbortController(),
            busy: 0,
            settled: Promise.resolve(),
          });
          await change(row.id, ['busy'], { status: 'ready' });
          files.follow(row);
        } else if (row.status === 'stopping') {
          await endStopped(row.id, 'requested', found);
        } else {
          if (found) await servers.stop(found.backend, row.id);
          await end(row.id, 'failed', 'lost', lostDetail, found);
        }
      }
      for (const [id, { backend }] of running) {
        await servers.stop(backend, id);
        await removeFolders(id, backend);
      }
    },

    onGone(listener) {
      gone = listener;
    },

    async close() {
      servers.close();
      for (const end of unwatch) end();
      for (const entry of live.values()) {
        entry.starting.abort();
        clearTimeout(entry.settling);
      }
      await files.close();
      await Promise.all(backends.map((backend) => backend.close()));
    },
  };
}

const settleMs = 100;
const stopFailedDetail = 'The worker could not be stopped; the gateway keeps trying.';
const lostDetail = 'The worker ended while the gateway was not running; start a new one.';
