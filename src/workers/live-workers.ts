import type { Logger } from 'pino';
import { shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import type { LiveWorker, WorkerServer } from './live-worker.js';
import { WorkerActivity } from './worker-activity.js';
import type { WorkerRows } from './worker-rows.js';

/** The workers that this process starts or runs. Their rows follow what their sessions do. */
export class LiveWorkers {
  readonly #live = new Map<string, LiveWorker>();

  readonly #deps: { rows: WorkerRows; log: Logger };

  constructor(deps: { rows: WorkerRows; log: Logger }) {
    this.#deps = deps;
  }

  get(workerId: string): LiveWorker | undefined {
    return this.#live.get(workerId);
  }

  /** All of them, with their ids. */
  all(): [string, LiveWorker][] {
    return [...this.#live];
  }

  /** Adds a worker that starts or runs. */
  add(workerId: string, server: WorkerServer): LiveWorker {
    const activity = new WorkerActivity((status) => this.#writeActivity(workerId, activity, status));
    const entry: LiveWorker = { ...server, activity, lastStep: 'Queued', starting: new AbortController() };
    this.#live.set(workerId, entry);
    return entry;
  }

  /** Adds again what {@link LiveWorkers.remove} removed. */
  restore(workerId: string, entry: LiveWorker): void {
    this.#live.set(workerId, entry);
  }

  /** @param entry only this one is removed; default whichever there is */
  remove(workerId: string, entry = this.#live.get(workerId)): LiveWorker | undefined {
    if (this.#live.get(workerId) === entry) this.#live.delete(workerId);
    return entry;
  }

  /** See `WorkerManager.cellStarted`. */
  cellStarted(workerId: string): () => void {
    const activity = this.#live.get(workerId)?.activity;
    activity?.cellStarted();
    return () => activity?.cellEnded();
  }

  /** See `WorkerManager.viewerCame`. */
  viewerCame(workerId: string): () => void {
    const activity = this.#live.get(workerId)?.activity;
    activity?.viewerCame();
    return () => activity?.viewerLeft();
  }

  async #writeActivity(workerId: string, activity: WorkerActivity, status: 'busy' | 'ready'): Promise<void> {
    const cleared = activity.isWarned ? { expiresAt: null, expiryReason: null } : {};
    activity.isWarned = false;
    const change = { status, lastActivityAt: new Date(), ...cleared };
    const write = () => this.#deps.rows.update(workerId, ['ready', 'busy'], change);
    await untilAnswered(write, { maxMs: shortOutageMs }).catch((err) =>
      this.#deps.log.warn({ err, workerId }, 'the status of a worker was not written'),
    );
  }
}
