import type { Logger } from 'pino';
import type { Session } from '../../prisma/generated/client/client.js';
import type { OwnerTarget } from '../engines/database/owner-target.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { Periodic } from '../engines/events/periodic.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { KernelSlots } from './kernel-slots.js';
import { type WarmKernel, WorkerWarmKernels } from './worker-warm-kernels.js';

const checkMs = 10_000;

/** What {@link WarmKernels} work with. */
export interface WarmKernelsDeps extends OwnerTarget {
  bus: EventBus;
  workers: WorkerManager;
  slots: KernelSlots;
  log: Logger;
}

/**
 * Keeps started kernels on live workers, as many on each as the rows of `WarmPool` say. A new session takes one, so that it
 * need not wait for a start. They belong to no session and are no activity: they end with their worker. What an earlier
 * process left behind is ended when its worker is adopted, as no session claims it.
 */
export class WarmKernels {
  /** By worker. */
  readonly #pools = new Map<string, WorkerWarmKernels>();
  /** The workers whose sessions are being reopened: kernels without a session are ended there meanwhile. */
  readonly #reopening = new Set<string>();
  readonly #checks: Periodic;
  readonly #unsubscribe: () => void;
  #isWanted = false;
  #hasBegun = false;
  /** Never rejects. */
  #refreshing: Promise<void> = Promise.resolve();
  /** The one that begins when that has ended. */
  #waiting: Promise<void> | undefined;

  readonly #deps: WarmKernelsDeps;

  constructor(deps: WarmKernelsDeps) {
    this.#deps = deps;
    this.#checks = new Periodic(checkMs, () => this.refresh());
    this.#unsubscribe = deps.bus.subscribe('worker', 'here', ({ workerId }) => {
      if (this.#isWanted && !this.#pools.has(workerId) && deps.workers.endpoint(workerId))
        void this.refresh();
    });
  }

  /** Starts kernels from now on, in the background. */
  begin(): void {
    this.#hasBegun = true;
    this.#checks.begin();
    void this.refresh();
  }

  /**
   * Reads the sizes, and starts and ends kernels until they fit. Who calls it while another call waits shares that. Never
   * rejects.
   */
  refresh(): Promise<void> {
    this.#waiting ??= this.#refreshing.then(() => {
      this.#waiting = undefined;
      this.#refreshing = this.#refresh().catch((err) =>
        this.#deps.log.warn({ err }, 'the warm kernels were not checked'),
      );
      return this.#refreshing;
    });
    return this.#waiting;
  }

  /** Takes a kernel for a new session, without waiting; undefined when none fits. */
  take({ workerId, kernelName, kernelProfileId }: Session): WarmKernel | undefined {
    return this.#pools.get(workerId)?.take(kernelProfileId, kernelName);
  }

  /** How many can be given out on the workers of a profile and a class. */
  ready(kernelProfileId: string, resourceClassId: string): number {
    const all = [...this.#pools.values()];
    const fitting = all.filter((pool) => pool.isOf(kernelProfileId, resourceClassId));
    return fitting.reduce((sum, { ready }) => sum + ready, 0);
  }

  /** Runs `reopen`, which ends the kernels of a worker that belong to no session: none is started there before. */
  async whileReopening(workerId: string, reopen: () => Promise<void>): Promise<void> {
    this.#reopening.add(workerId);
    try {
      await reopen();
    } finally {
      this.#reopening.delete(workerId);
      if (this.#isWanted) void this.refresh();
    }
  }

  /** The kernels of a worker have ended with it. */
  workerEnded(workerId: string): void {
    this.#pools.get(workerId)?.close();
    this.#pools.delete(workerId);
  }

  /** Closes the connections. The kernels run on; the next owner of the workers ends them. */
  async close(): Promise<void> {
    this.#hasBegun = false;
    this.#unsubscribe();
    await this.#checks.close();
    await (this.#waiting ?? this.#refreshing);
    for (const workerId of [...this.#pools.keys()]) this.workerEnded(workerId);
  }

  async #refresh(): Promise<void> {
    if (!this.#hasBegun) return;
    const { prisma } = this.#deps;
    const rows = await prisma.warmPool.findMany({
      where: { kernels: { gt: 0 } },
      include: { profile: true },
    });
    this.#isWanted = rows.length > 0;
    if (!this.#isWanted && this.#pools.size === 0) return;
    const keys = rows.map(({ kernelProfileId, resourceClassId }) => ({ kernelProfileId, resourceClassId }));
    const workers = await prisma.worker.findMany({
      where: { status: { in: ['ready', 'busy'] }, OR: keys },
      select: {
        ...{ id: true, backend: true, jupyterServerId: true },
        ...{ kernelProfileId: true, resourceClassId: true },
      },
    });
    if (!this.#hasBegun) return;
    const kept = new Set<string>();
    for (const worker of workers) {
      const { kernelProfileId, resourceClassId } = worker;
      const row = rows.find(
        (one) => one.kernelProfileId === kernelProfileId && one.resourceClassId === resourceClassId,
      )!;
      // On a server that others use too, a kernel that is left behind would never be found.
      const isServed = this.#deps.workers.ownsServers(row.profile) && !this.#reopening.has(worker.id);
      const endpoint = isServed && this.#deps.workers.endpoint(worker.id);
      if (!endpoint) continue;
      kept.add(worker.id);
      const pool = this.#pools.get(worker.id) ?? new WorkerWarmKernels({ ...this.#deps, worker, endpoint });
      this.#pools.set(worker.id, pool);
      pool.resize(row.kernels, row.profile.kernelName);
    }
    for (const [workerId, pool] of this.#pools) if (!kept.has(workerId)) this.#drop(workerId, pool);
  }

  #drop(workerId: string, pool: WorkerWarmKernels): void {
    pool.resize(0);
    pool.close();
    this.#pools.delete(workerId);
  }
}
