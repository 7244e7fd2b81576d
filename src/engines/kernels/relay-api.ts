import type { JupyterRest } from './jupyter-rest.js';
import { toRecord } from './to-record.js';

const lookupTimeoutMs = 1_500;

/** What the relay of a worker has of a kernel. */
export interface RelayedKernel {
  /** The name of its kernelspec. */
  name: string;
  /** As Jupyter names it; `dead` for a kernel that has ended and whose last messages are kept. */
  state: string;
}

/** The requests to the relay of a worker about one kernel; a server that is not ours has no relay. */
export class RelayApi {
  readonly #rest: JupyterRest;
  readonly #path: string;

  constructor(rest: JupyterRest, kernelId: string) {
    this.#rest = rest;
    // The requests must not count as activity: a server may be set to stop when nobody uses it.
    this.#path = `notebook-gateway/kernels/${encodeURIComponent(kernelId)}?no_track_activity=1`;
  }

  /**
   * What the relay has; undefined without a relay, or when it has nothing of this kernel.
   * @throws Error of any kind when the server does not answer in time
   */
  async find(timeoutMs: number, signal: AbortSignal): Promise<RelayedKernel | undefined> {
    const { status, json } = await this.#rest.request('GET', this.#path, { timeoutMs, signal });
    const { name, execution_state: state, spool } = toRecord(json);
    const isRelay = status === 200 && spool !== undefined;
    return isRelay && typeof name === 'string' && typeof state === 'string' ? { name, state } : undefined;
  }

  /** Whether the kernel runs, or its last messages are kept. @throws Error of any kind when there is no answer within 1.5 s */
  async has(): Promise<boolean> {
    const { status } = await this.#rest.request('GET', this.#path, { timeoutMs: lookupTimeoutMs });
    return status !== 404;
  }

  /** Forgets what the relay has of a kernel that has ended. @throws Error of any kind when the server does not answer */
  async forget(): Promise<void> {
    await this.#rest.request('DELETE', this.#path, { timeoutMs: lookupTimeoutMs });
  }
}
