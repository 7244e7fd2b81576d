import type { ContainerInfo, ContainerInspectInfo } from 'dockerode';
import type { Logger } from 'pino';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { hideSecrets } from '../../hide-secrets.js';
import { endedUnwatched, type WorkerEnd, type WorkerExit } from '../../worker-exit.js';
import { watchAnswers } from '../external/watch-answers.js';
import { WorkerWatch } from '../external/worker-watch.js';
import { retryWithWaits } from '../retry-with-waits.js';
import { containerVanished, describeContainerExit, mayBeOutOfMemory, shortlyMs } from './container-exit.js';
import { profileValuesOf } from './container-options.js';
import type { ContainerPackages } from './container-packages.js';
import type { DockerEngine } from './docker-engine.js';
import { EngineError } from './engine-error.js';
import { type ContainerEvent, EngineWatch } from './engine-watch.js';
import { missedMemoryEvent } from './missed-memory-event.js';
import type { UsageMeter } from './usage-meter.js';
import type { WorkerContainers } from './worker-containers.js';
import { labelFilter, workerIdOf } from './worker-labels.js';

/** Shorter than the time after which an idle connection is closed: to a remote server each one is a program. */
const answerPeriodMs = 5_000;
const maxLogLength = 4_000;

/** A worker whose server runs. */
export interface FollowedWorker {
  containerId: string;
  endpoint: JupyterEndpoint;
  meter: UsageMeter;
}

/** What {@link FollowedWorkers} work with. */
export interface FollowedWorkersDeps {
  engine: DockerEngine;
  containers: WorkerContainers;
  packages: Pick<ContainerPackages, 'removeUnconfirmed'>;
  gatewayId: string;
  /** A server that does not answer for so long is lost; default 60 s. */
  lostAfterMs?: number;
  log: Logger;
}

/** Watches running workers, and reports those that end by themselves or run out of memory. */
export class FollowedWorkers {
  readonly #workers = new Map<string, FollowedWorker>();
  readonly #exitListeners = new Set<(exit: WorkerExit) => void>();
  readonly #memoryListeners = new Set<(workerId: string) => void>();
  readonly #answers = new WorkerWatch(answerPeriodMs);
  /** When containers last ran out of memory, in ms by the clock of the engine. */
  readonly #outOfMemoryAt = new Map<string, number>();
  readonly #closing = new AbortController();
  readonly #deps: FollowedWorkersDeps;
  readonly #watch: EngineWatch;

  /** Begins to watch the engine. */
  constructor(deps: FollowedWorkersDeps) {
    this.#deps = deps;
    this.#answers.onExit(({ workerId, ...exit }) => this.#end(workerId, exit));
    this.#watch = new EngineWatch({
      engine: deps.engine,
      log: deps.log,
      label: labelFilter(deps.gatewayId),
      events: ['create', 'die', 'oom', 'destroy'],
      onEvent: (event) => this.#onEvent(event),
      onConnected: () => this.#reconcile(),
    });
  }

  get(workerId: string): FollowedWorker | undefined {
    return this.#workers.get(workerId);
  }

  follow(workerId: string, worker: FollowedWorker): void {
    this.#workers.set(workerId, worker);
    const { lostAfterMs } = this.#deps;
    const answers = watchAnswers(new JupyterClient(worker.endpoint), { lostAfterMs });
    // Without its engine a remote server cannot be reached, which says nothing about the server.
    this.#answers.follow(workerId, async () => (this.#watch.isConnected ? answers() : undefined));
    // It may have ended before it was followed. An engine that does not answer for long is asked when it is watched again.
    this.#begin(() => this.#checkEnd(workerId, worker.containerId, 0), { workerId });
  }

  unfollow(workerId: string): void {
    this.#workers.delete(workerId);
    this.#answers.unfollow(workerId);
  }

  /** @returns the function that removes the listener */
  onExit(listener: (exit: WorkerExit) => void): () => void {
    this.#exitListeners.add(listener);
    return () => this.#exitListeners.delete(listener);
  }

  /** @returns the function that removes the listener */
  onOutOfMemory(listener: (workerId: string) => void): () => void {
    this.#memoryListeners.add(listener);
    return () => this.#memoryListeners.delete(listener);
  }

  /** Ends the watch; the workers run on. */
  close(): void {
    this.#closing.abort();
    this.#watch.close();
    this.#answers.close();
    this.#workers.clear();
  }

  /**
   * How a worker ended that is not followed, as far as the engine says; undefined while its container runs.
   * @throws EngineError when the engine does not answer
   */
  async endOf(workerId: string, { Id, State }: ContainerInfo, token: string): Promise<WorkerEnd | undefined> {
    if (State === 'running') return undefined;
    try {
      const found = await this.#deps.engine.inspect(Id);
      if (!found) return containerVanished;
      return found.State.Running ? undefined : await this.#describeEnd(workerId, found, token, 0);
    } catch (err) {
      if (!(err instanceof EngineError) || err.status === undefined) throw err;
      // One that the engine cannot inspect keeps no other.
      this.#deps.log.warn({ err, workerId }, 'a container that has ended was not inspected');
      return endedUnwatched;
    }
  }

  /**
   * Logs what the container of a worker printed at last, without secrets, and returns it without the token of its server.
   * Never throws.
   */
  async logOutput(workerId: string, container: ContainerInspectInfo, token: string): Promise<string> {
    const printed = await this.#deps.engine.logTail(container.Id).catch(() => '');
    const output = printed.replaceAll(token, '[token]');
    const logged = hideSecrets(output, profileValuesOf(container)).slice(-maxLogLength);
    this.#deps.log.warn({ workerId, output: logged }, 'the container of a worker has ended');
    return output;
  }

  #onEvent({ action, containerId, at, labels }: ContainerEvent): void {
    const workerId = workerIdOf(labels);
    if (action === 'oom') {
      if (workerId !== undefined) this.#noteOutOfMemory(workerId, containerId, at);
      return;
    }
    if (action === 'destroy') this.#outOfMemoryAt.delete(containerId);
    const { watchedMs } = this.#watch;
    this.#begin(() => this.#handle(action, workerId, containerId, watchedMs), { workerId, action });
  }

  /**
   * Attempts something in the background until it succeeds: an event comes once, an engine that answers its pings may fail a
   * request, and a container that is stuck keeps nothing else waiting.
   */
  #begin(attempt: () => Promise<void>, what: { workerId?: string; action?: string } = {}): void {
    retryWithWaits(attempt, this.#closing.signal).catch((err) =>
      this.#deps.log.warn({ err, ...what }, 'a container was not inspected or not removed'),
    );
  }

  async #handle(
    action: string,
    workerId: string | undefined,
    containerId: string,
    watchedMs: number,
  ): Promise<void> {
    const { containers, packages } = this.#deps;
    if (workerId === undefined) return action === 'create' ? packages.removeUnconfirmed() : undefined;
    if (action === 'create') return containers.removeUnconfirmed(workerId);
    return this.#checkEnd(workerId, containerId, watchedMs);
  }

  #noteOutOfMemory(workerId: string, containerId: string, at: number): void {
    this.#outOfMemoryAt.set(containerId, at);
    if (!this.#isFollowed(workerId, containerId)) return;
    for (const listener of this.#memoryListeners) listener(workerId);
  }

  /** Looks for what happened while the engine was not watched. */
  async #reconcile(): Promise<void> {
    const { containers, packages } = this.#deps;
    containers.forgetCores();
    const found = await containers.list();
    const ids = new Set([...found.values()].map(({ Id }) => Id));
    for (const id of this.#outOfMemoryAt.keys()) if (!ids.has(id)) this.#outOfMemoryAt.delete(id);
    for (const [workerId, { containerId }] of this.#workers) {
      if (found.get(workerId)?.State !== 'running')
        this.#begin(() => this.#checkEnd(workerId, containerId, 0), { workerId });
    }
    for (const workerId of found.keys())
      this.#begin(() => containers.removeUnconfirmed(workerId), { workerId });
    this.#begin(() => packages.removeUnconfirmed());
  }

  /** @param watchedMs for how long events had been watched when the container may have ended */
  async #checkEnd(workerId: string, containerId: string, watchedMs: number): Promise<void> {
    if (!this.#isFollowed(workerId, containerId)) return;
    const found = await this.#deps.engine.inspect(containerId);
    if (found?.State.Running) return;
    const worker = this.#workers.get(workerId);
    if (worker?.containerId !== containerId) return;
    this.unfollow(workerId);
    if (!found) return this.#end(workerId, containerVanished);
    this.#end(workerId, await this.#describeEnd(workerId, found, worker.endpoint.token, watchedMs));
  }

  async #describeEnd(
    workerId: string,
    found: ContainerInspectInfo,
    token: string,
    watchedMs: number,
  ): Promise<WorkerEnd> {
    const output = await this.logOutput(workerId, found, token);
    const isMissed = mayBeOutOfMemory(found) && watchedMs < shortlyMs;
    const missedAt = isMissed ? await missedMemoryEvent(this.#deps.engine, found) : undefined;
    const outOfMemoryAt = missedAt ?? this.#outOfMemoryAt.get(found.Id);
    return { ...describeContainerExit(found, { outOfMemoryAt, watchedMs }), output };
  }

  #isFollowed(workerId: string, containerId: string): boolean {
    return this.#workers.get(workerId)?.containerId === containerId;
  }

  #end(workerId: string, end: WorkerEnd): void {
    this.unfollow(workerId);
    for (const listener of this.#exitListeners) listener({ workerId, ...end });
  }
}
