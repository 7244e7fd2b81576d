import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import { isStillOwner, type OwnerTarget } from '../engines/database/owner-target.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { BackendInventory, WorkerBackend } from './backend.js';
import type { Strays } from './strays.js';
import type { WorkerDirectories } from './worker-directories.js';
import type { WorkerShutdown } from './worker-shutdown.js';

const defaultSweepMs = 60_000;
const answerMs = 30_000;
const maxConcurrent = 8;
/** What is more waits for the next sweep. */
const maxRemovals = 200;

/** What a {@link StraySweep} works with. */
export interface StraySweepDeps extends OwnerTarget {
  backends: WorkerBackend[];
  strays: Strays;
  shutdown: WorkerShutdown;
  directories: WorkerDirectories;
  log: Logger;
  /** Milliseconds between two sweeps; default 1 minute. */
  sweepMs?: number;
}

/** Something that is to be removed if it is found once more. */
interface Found {
  remove(): Promise<void>;
  /** For the log. */
  what: { workerId?: string; build?: string; backend?: string };
}

/**
 * Removes what belongs to no worker while the gateway runs: an engine may create a container or a Pod after the process that
 * requested it has ended, or has lost the ownership of the runtime. Only what two sweeps in a row have found is removed. While a
 * backend does not answer, nothing of it is found.
 */
export class StraySweep {
  readonly #closing = sharedAbort();
  /** What the last sweep found. */
  #seen: ReadonlyMap<string, Found> = new Map();
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
    const { log } = this.#deps;
    const found = await this.#find();
    const again = [...found].filter(([key]) => this.#seen.has(key)).slice(0, maxRemovals);
    this.#seen = found;
    // Last: what was found before this moment cannot be what a new owner started.
    if (again.length === 0 || this.#closing.signal.aborted || !(await isStillOwner(this.#deps))) return;
    await pLimit(maxConcurrent).map(again, async ([, { what, remove }]) => {
      log.warn(what, 'what belongs to no live worker is removed');
      await remove().catch((err) =>
        log.warn({ err, ...what }, 'what belongs to no live worker was not removed'),
      );
    });
  }

  async #find(): Promise<Map<string, Found>> {
    const { backends, strays, directories } = this.#deps;
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
      const remove = () => directories.remove(workerId, backend);
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
    for (const workerId of await strays.servers(has.workerIds))
      add(workerId, { what: { workerId, backend: kind }, remove: () => shutdown.discard(workerId, backend) });
    for (const [build, remove] of has.abandoned) add(build, { what: { build, backend: kind }, remove });
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
