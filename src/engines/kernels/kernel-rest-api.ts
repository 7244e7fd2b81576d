import type { JupyterRest } from './jupyter-rest.js';

const lookTimeoutMs = 1_500;
const interruptTimeoutMs = 10_000;
/** A server waits up to 5 s for a kernel that does not end by itself. */
const removeTimeoutMs = 15_000;

/**
 * What is asked of a server about one of its kernels.
 * @see https://jupyter-server.readthedocs.io/en/latest/developers/rest-api.html
 */
export interface KernelRequests {
  /** Whether the server has the kernel. @throws Error of any kind when it does not answer within 1.5 s */
  exists(): Promise<boolean>;
  /** @throws Error of any kind when the kernel was not interrupted */
  interrupt(): Promise<void>;
  /** Ends the kernel; idempotent. @throws Error of any kind when it may still be there */
  remove(): Promise<void>;
}

/** Makes the {@link KernelRequests} of a kernel. */
export function createKernelRequests(rest: JupyterRest, kernelId: string): KernelRequests {
  const path = `api/kernels/${encodeURIComponent(kernelId)}`;
  return {
    async exists() {
      // Looking is no activity: a server may be set to end itself when nobody uses it.
      const { status } = await rest.request('GET', `${path}?no_track_activity=1`, {
        timeoutMs: lookTimeoutMs,
      });
      return status !== 404;
    },
    async interrupt() {
      const options = { body: {}, timeoutMs: interruptTimeoutMs };
      const { status } = await rest.request('POST', `${path}/interrupt`, options);
      if (status !== 204) throw new Error(`The Jupyter server answered an interrupt with ${status}.`);
    },
    async remove() {
      const { status } = await rest.request('DELETE', path, { timeoutMs: removeTimeoutMs });
      if (status !== 204 && status !== 404)
        throw new Error(`The Jupyter server answered a shutdown with ${status}.`);
    },
  };
}
