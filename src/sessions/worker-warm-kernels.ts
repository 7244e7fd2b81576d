import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import type { Worker } from '../../prisma/generated/client/client.js';
import { withTimeLimit } from '../engines/events/with-time-limit.js';
import type { JupyterClient } from '../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { KernelConnection } from '../engines/kernels/kernel-connection.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { KernelSlots } from './kernel-slots.js';
import { sessionClient } from './session-client.js';

const startTimeoutMs = 60_000;
/** Another start would compete with the cells of the session that took a kernel. */
const refillDelayMs = 1_000;

/** A started kernel without a session, in the worker's own folder. */
export interface WarmKernel {
  kernelName: string;
  /** The session id of the connection. */
  clientId: string;
  client: JupyterClient;
  kernel: KernelConnection;
}

/** The started kernels of one worker that no session has: never more than the size, with the one that starts. */
export class WorkerWarmKernels {
  #size = 0;
  #kernelName = '';
  #ready: WarmKernel[] = [];
  #isStarting = false;
  #refill: NodeJS.Timeout | undefined;
  readonly #closing = new AbortController();

  readonly #deps: {
    worker: Pick<Worker, 'id' | 'backend' | 'jupyterServerId' | 'kernelProfileId' | 'resourceClassId'>;
    endpoint: JupyterEndpoint;
    slots: KernelSlots;
    workers: WorkerManager;
    log: Logger;
    epoch(): number;
  };

  constructor(deps: {
    worker: Pick<Worker, 'id' | 'backend' | 'jupyterServerId' | 'kernelProfileId' | 'resourceClassId'>;
    endpoint: JupyterEndpoint;
    slots: KernelSlots;
    workers: WorkerManager;
    log: Logger;
    epoch(): number;
  }) {
    this.#deps = deps;
  }

  /** How many can be given out. */
  get ready(): number {
    return this.#ready.length;
  }

  /** Whether the worker was started with this profile and class. */
  isOf(kernelProfileId: string, resourceClassId: string): boolean {
    const { worker } = this.#deps;
    return worker.kernelProfileId === kernelProfileId && worker.resourceClassId === resourceClassId;
  }

  /**
   * Starts kernels, one after the other in the background, or ends some until there are that many.
   * @param kernelName those of another name are ended; default what it was
   */
  resize(size: number, kernelName = this.#kernelName): void {
    this.#size = size;
    this.#kernelName = kernelName;
    const fitting = this.#ready.filter((one) => one.kernelName === kernelName);
    const kept = new Set(fitting.slice(0, size));
    for (const one of this.#ready) if (!kept.has(one)) this.#end(one);
    this.#fill();
  }

  /** Takes a kernel, without waiting; undefined when none fits. Its caller owns it from now on. */
  take(kernelProfileId: string, kernelName: string): WarmKernel | undefined {
    if (kernelProfileId !== this.#deps.worker.kernelProfileId || kernelName !== this.#kernelName)
      return undefined;
    const taken = this.#ready.find(({ kernel }) => kernel.status === 'idle' && !kernel.monitor.isSilent);
    if (!taken) return undefined;
    this.#forget(taken);
    clearTimeout(this.#refill);
    this.#refill = setTimeout(() => this.#fill(), refillDelayMs).unref();
    return taken;
  }

  /** Closes the connections, and starts nothing more. The kernels run on. */
  close(): void {
    this.#closing.abort();
    clearTimeout(this.#refill);
    for (const { client } of this.#ready.splice(0)) client.dispose();
  }

  #fill(): void {
    if (this.#isStarting || this.#closing.signal.aborted || this.#ready.length >= this.#size) return;
    this.#isStarting = true;
    this.#start()
      .then(
        () => true,
        (err) => {
          const { log, worker } = this.#deps;
          if (!this.#closing.signal.aborted)
            log.warn({ err, workerId: worker.id }, 'a warm kernel did not start');
          return false;
        },
      )
      .then((isStarted) => {
        this.#isStarting = false;
        // After a failure the next check tries again.
        if (isStarted) this.#fill();
      });
  }

  async #start(): Promise<void> {
    const { worker, slots, workers } = this.#deps;
    const { signal } = this.#closing;
    // Not in the name of the user: nobody waits for it.
    await slots.run(
      { userId: '', worker },
      () => this.#startOne(withTimeLimit(signal, startTimeoutMs)),
      signal,
    );
    if (workers.endpoint(worker.id) === undefined) this.close();
  }

  async #startOne(signal: AbortSignal): Promise<void> {
    const { endpoint, workers, epoch } = this.#deps;
    const kernelName = this.#kernelName;
    const clientId = randomUUID();
    const client = sessionClient(endpoint, {
      ...{ maxSilenceMs: workers.limits.workerSilenceSeconds * 1000, owner: epoch() },
    });
    try {
      const kernel = await client.startKernel({ kernelName, path: '', clientId, signal });
      const warm = { kernelName, clientId, client, kernel };
      this.#ready.push(warm);
      kernel.onStatus((status) => {
        if (status === 'dead' && this.#ready.includes(warm)) this.#end(warm);
      });
      // What was asked for may have changed meanwhile.
      if (signal.aborted || kernelName !== this.#kernelName || this.#ready.length > this.#size)
        this.#end(warm);
    } catch (error) {
      client.dispose();
      throw error;
    }
  }

  #forget(warm: WarmKernel): void {
    this.#ready = this.#ready.filter((one) => one !== warm);
  }

  #end(warm: WarmKernel): void {
    this.#forget(warm);
    endWarmKernel(warm).catch((err) =>
      this.#deps.log.warn({ err, workerId: this.#deps.worker.id }, 'a warm kernel was not ended'),
    );
  }
}

/**
 * Ends a kernel that was taken and is not used, and its connection.
 * @throws DomainError `runtime_unavailable`
 */
export async function endWarmKernel({ client, kernel }: WarmKernel): Promise<void> {
  try {
    await client.removeKernel(kernel.kernelId);
  } finally {
    client.dispose();
  }
}
