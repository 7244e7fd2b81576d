import type { Logger } from 'pino';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import type { WorkerExit } from '../../worker-exit.js';
import { watchAnswers } from '../external/watch-answers.js';
import { WorkerWatch } from '../external/worker-watch.js';
import { containerVanished, describeContainerExit } from './container-exit.js';
import type { DockerEngine } from './docker-engine.js';
import { type ContainerEvent, EngineWatch } from './engine-watch.js';
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
    // It may have ended before it was followed. An engine that does not answer is asked again when it does.
    this.#checkEnd(workerId, worker.containerId).catch(() => {});
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
    this.#watch.close();
    this.#answers.close();
    this.#workers.clear();
  }

  /** Logs what the container of a worker printed at last, and returns it without the token of its server. Never throws. */
  async logOutput(workerId: string, containerId: string, token: string): Promise<string> {
    const printed = await this.#deps.engine.logTail(containerId).catch(() => '');
    const output = printed.replaceAll(token, '[token]');
    this.#deps.log.warn(
      { workerId, output: output.slice(-maxLogLength) },
      'the container of a worker has ended',
    );
    return output;
  }

  #onEvent({ action, containerId, labels }: ContainerEvent): void {
    const workerId = workerIdOf(labels);
    if (workerId === undefined) return;
    this.#handle(action, workerId, containerId).catch((err) =>
      this.#deps.log.warn({ err, workerId, action }, 'an event of the Docker engine was not handled'),
    );
  }

  async #handle(action: string, workerId: string, containerId: string): Promise<void> {
    if (action === 'create') return this.#deps.containers.removeUnconfirmed(workerId);
    if (this.#workers.get(workerId)?.containerId !== containerId) return;
    if (action === 'oom') await this.#reportOutOfMemory(workerId, containerId);
    else await this.#checkEnd(workerId, containerId);
  }

  /** The end of a server is reported as such; here it is about its kernels and their processes. */
  async #reportOutOfMemory(workerId: string, containerId: string): Promise<void> {
    const found = await this.#deps.engine.inspect(containerId);
    if (!found?.State.Running) return;
    for (const listener of this.#memoryListeners) listener(workerId);
  }

  /** Looks for what happened while the engine was not watched. */
  async #reconcile(): Promise<void> {
    const { containers } = this.#deps;
    const found = await containers.list();
    for (const workerId of found.keys()) await containers.removeUnconfirmed(workerId);
    for (const [workerId, { containerId }] of this.#workers) {
      if (found.get(workerId)?.State !== 'running') await this.#checkEnd(workerId, containerId);
    }
  }

  async #checkEnd(workerId: string, containerId: string): Promise<void> {
    const found = await this.#deps.engine.inspect(containerId);
    if (found?.State.Running) return;
    const worker = this.#workers.get(workerId);
    if (worker?.containerId !== containerId) return;
    this.unfollow(workerId);
    if (!found) return this.#end(workerId, containerVanished);
    const output = await this.logOutput(workerId, containerId, worker.endpoint.token);
    this.#end(workerId, { ...describeContainerExit(found), output });
  }

  #end(workerId: string, exit: Omit<WorkerExit, 'workerId'>): void {
    this.unfollow(workerId);
    for (const listener of this.#exitListeners) listener({ workerId, ...exit });
  }
}
