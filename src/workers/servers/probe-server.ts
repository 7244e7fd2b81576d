import type { JupyterEndpoint } from '../../engines/kernels/jupyter-endpoint.js';
import { JupyterRest } from '../../engines/kernels/jupyter-rest.js';
import { RedirectError } from '../../engines/kernels/redirect-error.js';
import { toRecord } from '../../engines/kernels/to-record.js';
import { DomainError } from '../../errors.js';

const timeoutMs = 4_000;
const maxAnswerBytes = 1024 * 1024;
const maxKernelNames = 1_000;
const tlsCodes = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH)/;

/** What a probe of a Jupyter server found. */
export interface ServerProbe {
  /** Null when workers can use the server, else one sentence that says why not. */
  unavailableReason: string | null;
  /** The names of its kernelspecs; empty when it is not available. */
  kernelNames: string[];
}

/**
 * Asks a Jupyter server for its status and its kernelspecs. Answers within 5 seconds, reads 1 MiB at most of each answer,
 * and never throws.
 */
export async function probeServer(endpoint: JupyterEndpoint): Promise<ServerProbe> {
  const rest = new JupyterRest(endpoint);
  const signal = AbortSignal.timeout(timeoutMs);
  const limits = { timeoutMs, maxAnswerBytes, signal };
  try {
    const status = await rest.request('GET', 'api/status', limits);
    const { status: code, json } = await rest.request('GET', 'api/kernelspecs', limits);
    if ([status.status, code].some((one) => one === 401 || one === 403))
      return unavailable('The Jupyter server refused the token; check it.');
    const kernelNames = Object.keys(toRecord(toRecord(json).kernelspecs));
    if (status.status !== 200 || code !== 200 || kernelNames.length === 0)
      return unavailable('What answers is not a Jupyter server with kernels; check its address.');
    return { unavailableReason: null, kernelNames: kernelNames.slice(0, maxKernelNames) };
  } catch (error) {
    return unavailable(reasonOf(error));
  } finally {
    rest.agent.destroy();
  }
}

function unavailable(unavailableReason: string): ServerProbe {
  return { unavailableReason, kernelNames: [] };
}

/** What the server sends never gets into the sentence. */
function reasonOf(error: unknown): string {
  if (error instanceof DomainError) return error.message;
  if (error instanceof RedirectError)
    return 'The Jupyter server redirects to another address; use the address that it redirects to.';
  if (tlsCodes.test((error as NodeJS.ErrnoException).code ?? ''))
    return 'The certificate of the Jupyter server could not be verified.';
  return 'The Jupyter server does not answer.';
}
