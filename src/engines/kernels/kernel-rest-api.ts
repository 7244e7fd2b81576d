import type { JupyterRest } from './jupyter-rest.js';
import { RelayApi } from './relay-api.js';

const lookupTimeoutMs = 1_500;
const interruptTimeoutMs = 10_000;
/** A server waits up to 5 s for a kernel that does not end by itself. */
const removeTimeoutMs = 15_000;

/**
 * The requests of the REST API about one kernel.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export class KernelRestApi {
  readonly #rest: JupyterRest;
  readonly #path: string;
  readonly #relay: RelayApi;

  constructor(rest: JupyterRest, kernelId: string) {
    this.#rest = rest;
    this.#relay = new RelayApi(rest, kernelId);
    this.#path = `api/kernels/${encodeURIComponent(kernelId)}`;
  }

  /**
   * Whether the server has the kernel.
   * @param isRelayed whether one that has ended counts too, while the relay keeps its messages
   * @throws Error of any kind when the server does not answer within 1.5 s
   */
  async exists(isRelayed = false): Promise<boolean> {
    if (isRelayed) return this.#relay.has();
    // The request must not count as activity: a server may be set to stop when nobody uses it.
    const options = { timeoutMs: lookupTimeoutMs };
    const { status } = await this.#rest.request('GET', `${this.#path}?no_track_activity=1`, options);
    return status !== 404;
  }

  /** Sends an interrupt to the kernel. @throws Error of any kind when the kernel was not interrupted */
  async interrupt(): Promise<void> {
    const options = { body: {}, timeoutMs: interruptTimeoutMs };
    const { status } = await this.#rest.request('POST', `${this.#path}/interrupt`, options);
    if (status !== 204) throw new Error(`The Jupyter server answered an interrupt with ${status}.`);
  }

  /** Shuts the kernel down; idempotent. @throws Error of any kind when the kernel may still exist */
  async remove(): Promise<void> {
    const { status } = await this.#rest.request('DELETE', this.#path, { timeoutMs: removeTimeoutMs });
    if (status !== 204 && status !== 404)
      throw new Error(`The Jupyter server answered a shutdown with ${status}.`);
    // Jupyter does not have a kernel that ended by itself, but the relay still has its messages.
    if (status === 404) await this.#relay.forget();
  }
}
