import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { KernelProfile, PrismaClient, ResourceClass } from '../../prisma/generated/client/client.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from './backend.js';
import { serverAnswers } from './server-answers.js';
import { toWorkerProfile, toWorkerSpec } from './to-worker-spec.js';
import { WarmSlot, type WarmSlotDeps, type WarmWorker } from './warm-slot.js';
import type { WorkerDirectories } from './worker-directories.js';
import { prepareFolders } from './worker-files.js';

const maxConcurrentStarts = 2;
const maxConcurrentChecks = 8;
const startTimeoutMs = 5 * 60_000;
const checkMs = 30_000;
const closeTimeoutMs = 5_000;

/** What a {@link WarmPool} works with. */
export interface WarmPoolDeps {
  prisma: PrismaClient;
  directories: WorkerDirectories;
  log: Logger;
  /** The backend that runs a profile. */
  backendOf(profile: KernelProfile): WorkerBackend | undefined;
  /** Stops the server of a worker without a row, and removes its folders. */
  discard(workerId: string, backend: WorkerBackend): Promise<void>;
}

/** The profile and the class of warm workers. */
export interface WarmKey {
  kernelProfileId: string;
  resourceClassId: string;
}

/**
 * Keeps started workers without an owner, as many for each profile and class as the rows of `WarmPool` say. A start takes
 * one, and its server runs already. They have no row until then: what a killed gateway leaves behind is discarded at the
 * next start or by `StraySweep`, as no row claims it. Each gateway process keeps workers of its own.
 */
export class WarmPool {
  readonly #slots = new Map<string, WarmSlot>();
  /** The endpoints of workers that were given out and did not come up yet. */
  readonly #claimed = new Map<string, JupyterEndpoint>();
  readonly #limit = pLimit(maxConcurrentStarts);
  /** One after the other, so that an older read never has the last word. */
  readonly #refreshes = pLimit(1);
  #timer: NodeJS.Timeout | undefined;
  #hasBegun = false;

  readonly #deps: WarmPoolDeps;

  constructor(deps: WarmPoolDeps) {
    this.#deps = deps;
  }

  /** Fills the pool, in the background, and keeps it filled. Call it once the workers of an earlier process are adopted. */
  async begin(): Promise<void> {
    this.#hasBegun = true;
    await this.refresh();
    this.#timer = setInterval(() => {
      Promise.all([this.refresh(), this.#check()]).catch((err) =>
        this.#deps.log.warn({ err }, 'the warm workers could not be checked'),
      );
    }, checkMs);
    this.#timer.unref();
  }

  /** Reads the sizes, and discards the workers whose profile or class has changed. */
  refresh(): Promise<void> {
    return this.#refreshes(() => this.#refresh());
  }

  async #refresh(): Promise<void> {
    const rows = await this.#deps.prisma.warmPool.findMany({ include: { profile: true, class: true } });
    if (!this.#hasBegun) return;
    const sizes = new Map(rows.map((row) => [keyOf(row), row]));
    for (const [key, slot] of this.#slots) {
      if (sizes.has(key)) continue;
      slot.resize(0);
      if (slot.isEmpty) this.#slots.delete(key);
    }
    for (const [key, row] of sizes) {
      const slot = this.#slotOf(key, row);
      const fingerprint = fingerprintOf(row.profile, row.class);
      for (const one of slot.ready) if (one.fingerprint !== fingerprint) slot.remove(one.workerId);
      slot.resize(row.class.isEnabled ? row.size : 0);
    }
  }

  /**
   * Gives out a warm worker. `use` gets its id and returns what it made with it: a row with this id. It gets undefined when
   * there is no warm worker. If it returns null or throws, the worker is not used: it goes back into the pool, unless a row
   * with its id may have been written.
   */
  async offer<T>(
    profile: KernelProfile,
    resourceClass: ResourceClass,
    use: (workerId?: string) => Promise<T | null>,
  ): Promise<T | null> {
    const key = keyOf({ kernelProfileId: profile.id, resourceClassId: resourceClass.id });
    const slot = this.#slots.get(key);
    const worker = slot?.take(fingerprintOf(profile, resourceClass));
    if (!slot || !worker) return use();
    this.#claimed.set(worker.workerId, worker.endpoint);
    try {
      const used = await use(worker.workerId);
      if (used === null) void this.#giveBack(slot, worker);
      return used;
    } catch (error) {
      if (error instanceof DomainError) void this.#giveBack(slot, worker);
      else this.#discard(worker);
      throw error;
    }
  }

  /** Where the server of a worker that was given out answers; undefined for any other worker, and the second time. */
  claim(workerId: string): JupyterEndpoint | undefined {
    const endpoint = this.#claimed.get(workerId);
    this.#claimed.delete(workerId);
    return endpoint;
  }

  /** The server of a worker has ended by itself; does nothing for workers that are not in the pool. */
  ended(workerId: string): void {
    for (const slot of this.#slots.values()) slot.remove(workerId);
  }

  /** Whether a worker is a warm one, also one that starts or is being given out. */
  has(workerId: string): boolean {
    return this.#claimed.has(workerId) || [...this.#slots.values()].some((slot) => slot.has(workerId));
  }

  /** How many warm workers there are. */
  counts(key: WarmKey): { ready: number; starting: number } {
    return this.#slots.get(keyOf(key))?.counts ?? { ready: 0, starting: 0 };
  }

  /** Discards the warm workers. What has not ended within 5 s ends at the next start of the gateway. */
  async close(): Promise<void> {
    this.#hasBegun = false;
    clearInterval(this.#timer);
    const closed = Promise.all([...this.#slots.values()].map((slot) => slot.close()));
    await Promise.race([closed, sleep(closeTimeoutMs, undefined, { ref: false })]);
  }

  #slotOf(key: string, ids: WarmKey): WarmSlot {
    const found = this.#slots.get(key);
    if (found) return found;
    const backends = new Map<string, WorkerBackend>();
    const deps: WarmSlotDeps = {
      log: this.#deps.log,
      start: (workerId, signal) =>
        this.#limit(() => this.#start(workerId, ids, signal, (backend) => backends.set(workerId, backend))),
      discard: async (workerId) => {
        const backend = backends.get(workerId);
        backends.delete(workerId);
        if (backend) await this.#deps.discard(workerId, backend);
      },
    };
    const slot = new WarmSlot(deps);
    this.#slots.set(key, slot);
    return slot;
  }

  /** Puts a worker that was not used back. Never rejects. */
  async #giveBack(slot: WarmSlot, worker: WarmWorker): Promise<void> {
    const { workerId: id } = worker;
    const rows = await this.#deps.prisma.worker.count({ where: { id } }).catch(() => undefined);
    if (rows !== 0) return this.#discard(worker);
    this.#claimed.delete(id);
    slot.giveBack(worker);
  }

  #discard({ workerId, backend }: WarmWorker): void {
    this.#claimed.delete(workerId);
    void this.#deps.discard(workerId, backend);
  }

  /** @param using called with the backend before anything is started */
  async #start(
    workerId: string,
    { kernelProfileId, resourceClassId }: WarmKey,
    aborted: AbortSignal,
    using: (backend: WorkerBackend) => void,
  ): Promise<WarmWorker> {
    const { prisma, directories, backendOf } = this.#deps;
    const signal = withTimeLimit(aborted, startTimeoutMs);
    signal.throwIfAborted();
    const profile = await prisma.kernelProfile.findUniqueOrThrow({ where: { id: kernelProfileId } });
    const resourceClass = await prisma.resourceClass.findUniqueOrThrow({ where: { id: resourceClassId } });
    const backend = backendOf(profile);
    if (!backend?.ownsServers) throw new Error('No backend starts servers for this profile.');
    const reason = await backend.unavailableReason(toWorkerProfile(profile));
    if (reason !== null) throw new Error(reason);
    using(backend);
    const folders = directories.foldersOf({ id: workerId, backend: backend.kind, jupyterServerId: null });
    await mkdir(folders.state, { recursive: true, mode: 0o700 });
    await prepareFolders(folders);
    const spec = toWorkerSpec({ id: workerId, resourceClass: snapshotOf(resourceClass) }, profile, folders);
    const endpoint = await backend.start(spec, () => {}, signal);
    return { workerId, backend, endpoint, fingerprint: fingerprintOf(profile, resourceClass) };
  }

  /** Replaces the workers that do not answer. */
  async #check(): Promise<void> {
    const all = [...this.#slots.values()].flatMap((slot) => slot.ready.map((worker) => ({ slot, worker })));
    await pLimit(maxConcurrentChecks).map(all, async ({ slot, worker }) => {
      if (!(await serverAnswers(worker.endpoint))) slot.remove(worker.workerId);
    });
  }
}

function keyOf({ kernelProfileId, resourceClassId }: WarmKey): string {
  return `${kernelProfileId}:${resourceClassId}`;
}

function snapshotOf({ createdAt: _createdAt, ...snapshot }: ResourceClass) {
  return snapshot;
}

/** What of a profile and a class a worker is started with. */
function fingerprintOf(profile: KernelProfile, resourceClass: ResourceClass): string {
  const row = { id: '', resourceClass: snapshotOf(resourceClass) };
  const { limits, placement, volume, profile: needs } = toWorkerSpec(row, profile, { files: '', state: '' });
  return JSON.stringify([limits, placement, volume, needs]);
}
