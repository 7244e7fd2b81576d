import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { shortOutageMs, untilAnswered } from '../engines/database/until-answered.js';
import { sharedAbort } from '../engines/events/shared-abort.js';
import type { JupyterEndpoint } from '../engines/kernels/jupyter-endpoint.js';
import type { LiveWorker } from './live-worker.js';
import type { LiveWorkers } from './live-workers.js';
import { serverAnswers } from './server-answers.js';
import type { WorkerChange, WorkerRows } from './worker-rows.js';

const probeTimeoutMs = 2_000;
const probePauseMs = 500;

/** What the row of a worker says that answers. */
export const answering = { statusReason: null, progressMessage: 'Ready' } as const;
const silent = { statusReason: 'not_answering', progressMessage: 'The Jupyter server does not answer' };

/** The workers whose servers do not answer at the moment. Their rows say so; each is probed until it answers or ends. */
export class WorkerSilence {
  readonly #silent = new Map<string, Promise<void>>();
  readonly #closing = sharedAbort();

  readonly #deps: { live: LiveWorkers; rows: WorkerRows; log: Logger };

  constructor(deps: { live: LiveWorkers; rows: WorkerRows; log: Logger }) {
    this.#deps = deps;
  }

  /** Whether the server of a worker does not answer at the moment. */
  has(workerId: string): boolean {
    return this.#silent.has(workerId);
  }

  /** The server of a worker did not answer a session. */
  report(workerId: string): void {
    const entry = this.#deps.live.get(workerId);
    if (!entry?.endpoint || this.has(workerId) || this.#closing.signal.aborted) return;
    const over = this.#untilAnswering(workerId, entry, entry.endpoint).finally(() => {
      this.#silent.delete(workerId);
    });
    this.#silent.set(workerId, over);
  }

  /** Probes no more; the rows stay as they are. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#silent.values());
  }

  /** Never rejects. */
  async #untilAnswering(workerId: string, entry: LiveWorker, endpoint: JupyterEndpoint): Promise<void> {
    const { signal } = this.#closing;
    this.#deps.log.warn({ workerId }, 'the server of a worker does not answer');
    await this.#write(workerId, silent);
    while (!signal.aborted && this.#deps.live.get(workerId) === entry) {
      if (await serverAnswers(endpoint, probeTimeoutMs)) {
        this.#deps.log.info({ workerId }, 'the server of a worker answers again');
        return this.#write(workerId, answering);
      }
      await sleep(probePauseMs, undefined, { signal }).catch(() => {});
    }
  }

  async #write(workerId: string, change: WorkerChange): Promise<void> {
    const write = () => this.#deps.rows.update(workerId, ['ready', 'busy'], change);
    await untilAnswered(write, { maxMs: shortOutageMs }).catch((err) =>
      this.#deps.log.warn({ err, workerId }, 'whether a worker answers was not written'),
    );
  }
}
