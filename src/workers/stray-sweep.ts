import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { isStillOwner, type OwnerTarget } from '../engines/database/owner-target.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { BackendInventory, WorkerBackend } from './backend.js';
import { RetryWaits } from './retry-waits.js';
import type { Strays } from './strays.js';
import type { WorkerShutdown } from './worker-shutdown.js';

const defaultSweepMs = 60_000;
const answerMs = 30_000;
const maxConcurrentBuilds = 8;
/** How many removals go on at the same time. What is more waits for a later sweep. */
const maxRemovals = 200;

/** What a {@link StraySweep} works with. */
export interface StraySweepDeps extends OwnerTarget {
  backends: WorkerBackend[];
  strays: Strays;
  shutdown: WorkerShutdown;
  log: Logger;
  /** Milliseconds between two sweeps; default 1 minute. */
  sweepMs?: number;
}

/** Something that is to be removed if it is found once more. */
interface Found {
  /** Says whether it was removed; throws what prevented it. */
  remove(): Promise<boolean>;
  /** For the log. */
  what: { workerId?: string; build?: string; backend?: string };
}

/**
 * Removes what belongs to no worker while the gateway runs: an engine may create a container or a Pod after the process that
 * requested it has ended, or has lost the ownership of the runtime. Only what two sweeps in a row have found is removed. While a
 * backend does not answer, nothing of it is found. No sweep waits for removals; what could not be removed is tried again after
 * growing waits, see {@link RetryWaits}.
 */
export class StraySweep {
  readonly #closing = sharedAbort();
  /** What the last sweep found. */
  #seen: ReadonlyMap<string, Found> = new Map();
  /** What is being removed. */
  readonly #removing = new Set<string>();
  readonly #waits = new RetryWaits();
  readonly #builds = pLimit(maxConcurrentBuilds);
  #running: Promise<void> | undefined;

  readonly #deps: StraySweepDeps;

  constructor(deps: StraySweepDeps) {
    this.#deps = deps;
  }

  /** Sweeps periodically from now on, one sweep after the other. Called once, by the owner of the runtime. */
  begin(): void {
    this.#running = this.#run();
  }

  /** Ends the sweeps; removals that have begun go on in the background. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  /** Never rejects. */
  async #run(): Promise<void> {
    const { sweepMs = defaultSweepMs, log } = this.#deps;
    const { signal } = this.#closing;
    for (;;) {
      await sleep(sweepMs, undefined, { signal, ref: false }).catch(() => {});
      if (signal.aborted) return;
      try {
        await rejectOnAbort(this.#sweep(), signal);
      } catch (err) {
        this.#seen = new Map();
        if (!signal.aborted) log.warn({ err }, 'servers that belong to no worker could not be looked for');
      }
    }
  }

  async #sweep(): Promise<void> {
    const found = await this.#find();
    const isDue = (key: string) => !this.#removing.has(key) && this.#waits.isDue(key);
    const again = [...found].filter(([key]) => this.#seen.has(key) && isDue(key));
    this.#seen = found;
    const next = again.slice(0, maxRemovals - this.#removing.size);
    // Last: what was found before this moment cannot be what a new owner started.
    if (next.length === 0 || this.#closing.signal.aborted || !(await isStillOwner(this.#deps))) return;
    for (const [key, one] of next) void this.#remove(key, one);
  }

  /** Never rejects. */
  async #remove(key: string, { what, remove }: Found): Promise<void> {
    const { log } = this.#deps;
    this.#removing.add(key);
    log.warn(what, 'what belongs to no live worker is removed');
    const isRemoved = await remove().catch((err) => {
      log.warn({ err, ...what }, 'what belongs to no live worker was not removed');
      return false;
    });
    if (isRemoved) this.#waits.succeeded(key);
    else this.#waits.failed(key);
    this.#removing.delete(key);
  }

  async #find(): Promise<Map<string, Found>> {
    const { backends, strays, shutdown } = this.#deps;
    const found = new Map<string, Found>();
    const answered = new Set<WorkerBackend>();
    const running = new Set<string>();
    const lookAt = async (backend: WorkerBackend, index: number) => {
      const has = await this.#inventory(backend);
      if (!has) return;
      answered.add(backend);
      for (const workerId of has.workerIds) running.add(workerId);
      await this.#findOn(backend, has, (key, one) => found.set(`${index} ${key}`, one));
    };
    await Promise.all(backends.map(lookAt));
    for (const [workerId, backend] of await strays.folders(answered)) {
      // It goes with the server.
      if (running.has(workerId)) continue;
      const remove = () => shutdown.removeFolders(workerId, backend);
      found.set(`folder ${workerId}`, { what: { workerId, backend: backend?.kind }, remove });
    }
    return found;
  }

  async #findOn(
    backend: WorkerBackend,
    has: BackendInventory,
    add: (key: string, found: Found) => void,
  ): Promise<void> {
    const { strays, shutdown } = this.#deps;
    const { kind } = backend;
    for (const workerId of await strays.servers(has.workerIds)) {
      // One that cannot be stopped is tried again there.
      const remove = () => shutdown.discard(workerId, backend).then(() => true);
      add(workerId, { what: { workerId, backend: kind }, remove });
    }
    for (const [build, removeBuild] of has.abandoned) {
      const remove = () => this.#builds(removeBuild).then(() => true);
      add(build, { what: { build, backend: kind }, remove });
    }
  }

  /** Undefined while the backend does not answer. */
  async #inventory(backend: WorkerBackend): Promise<BackendInventory | undefined> {
    const { log } = this.#deps;
    const limit = withTimeLimit(this.#closing.signal, answerMs);
    try {
      return await rejectOnAbort(backend.inventory(), limit);
    } catch (err) {
      log.debug({ err, backend: backend.kind }, 'a backend does not say what it has');
      return undefined;
    }
  }
}
