import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import type { Logger } from 'pino';
import type { EventBus } from '../engines/events/event-bus.js';
import { Periodic } from '../engines/events/periodic.js';
import { rejectOnAbort } from '../engines/events/reject-on-abort.js';
import type { ResourceUsage } from './backend.js';
import type { LiveWorkers } from './live-workers.js';

const periodMs = 10_000;
/** A round may be a little early. */
const minAgeMs = 9_000;
const sampleTimeoutMs = 5_000;
/** How long a reader waits for a new sample; it comes later then. */
const readTimeoutMs = 2_000;
const maxConcurrent = 4;
/** Smaller changes are not reported to those who watch. */
const minChange = { cpuCores: 0.01, memoryMb: 1 };

/** What a worker used at a moment. */
export interface UsageSample extends ResourceUsage {
  sampledAt: Date;
}

/** Whether somebody watches a worker. */
export type CoversWorker = (workerId: string) => Promise<boolean>;

/**
 * Samples what ready workers use: when somebody asks, and about every 10 s while somebody watches. One sample of a worker
 * is taken at a time.
 */
export class WorkerUsage {
  readonly #samples = new Map<string, UsageSample>();
  readonly #sampling = new Map<string, Promise<UsageSample | null>>();
  readonly #watchers = new Set<CoversWorker>();
  readonly #limit = pLimit(maxConcurrent);
  readonly #rounds: Periodic;

  readonly #deps: { live: LiveWorkers; bus: EventBus; log: Logger };

  constructor(deps: { live: LiveWorkers; bus: EventBus; log: Logger }) {
    this.#deps = deps;

    this.#rounds = new Periodic(periodMs, () => this.#sampleWatched());
  }

  begin(): void {
    this.#rounds.begin();
  }

  close(): Promise<void> {
    return this.#rounds.close();
  }

  /** The newest sample of a worker, taken now if it is older than 10 s; null when what it uses is not known. */
  async read(workerId: string): Promise<UsageSample | null> {
    const known = this.#samples.get(workerId);
    if (!this.#deps.live.get(workerId)?.endpoint) return null;
    if (known && Date.now() - known.sampledAt.getTime() < periodMs) return known;
    const late = sleep(readTimeoutMs, known ?? null, { ref: false });
    return Promise.race([this.#sample(workerId), late]);
  }

  /**
   * Samples workers until the watch ends, and publishes what has changed on the topic `worker`.
   * @returns what to call, once, when the watch ends
   */
  watch(covers: CoversWorker): () => void {
    this.#watchers.add(covers);
    return () => this.#watchers.delete(covers);
  }

  async #sampleWatched(): Promise<void> {
    const { live } = this.#deps;
    for (const workerId of this.#samples.keys()) if (!live.get(workerId)) this.#samples.delete(workerId);
    if (this.#watchers.size === 0) return;
    const ids = live.all().flatMap(([id, { endpoint, backend }]) => (endpoint && backend.usage ? [id] : []));
    await Promise.all(ids.map((workerId) => this.#sampleIfWatched(workerId)));
  }

  async #sampleIfWatched(workerId: string): Promise<void> {
    const { bus, log } = this.#deps;
    try {
      const before = this.#samples.get(workerId);
      const isFresh = before && Date.now() - before.sampledAt.getTime() < minAgeMs;
      if (isFresh || !(await this.#isWatched(workerId))) return;
      const sample = await this.#sample(workerId);
      if (hasChanged(before, sample)) bus.publish('worker', workerId, { workerId });
    } catch (err) {
      log.debug({ err, workerId }, 'what a worker uses was not sampled');
    }
  }

  async #isWatched(workerId: string): Promise<boolean> {
    for (const covers of this.#watchers) if (await covers(workerId)) return true;
    return false;
  }

  /** Never rejects. Callers join a sample that is being taken. */
  #sample(workerId: string): Promise<UsageSample | null> {
    const joined = this.#sampling.get(workerId);
    if (joined) return joined;
    const sampling = this.#limit(() => this.#sampleNow(workerId)).finally(() =>
      this.#sampling.delete(workerId),
    );
    this.#sampling.set(workerId, sampling);
    return sampling;
  }

  async #sampleNow(workerId: string): Promise<UsageSample | null> {
    const { live, log } = this.#deps;
    try {
      const usage = live.get(workerId)?.backend.usage?.(workerId);
      const used = usage && (await rejectOnAbort(usage, AbortSignal.timeout(sampleTimeoutMs)));
      if (!used || !live.get(workerId)) return null;
      const sample = { ...used, sampledAt: new Date() };
      this.#samples.set(workerId, sample);
      return sample;
    } catch (err) {
      log.debug({ err, workerId }, 'what a worker uses is not known');
      return null;
    }
  }
}

function hasChanged(before: UsageSample | undefined, now: UsageSample | null): boolean {
  if (!before || !now) return now !== null;
  return (
    Math.abs(now.cpuCores - before.cpuCores) >= minChange.cpuCores ||
    Math.abs(now.memoryMb - before.memoryMb) >= minChange.memoryMb
  );
}
