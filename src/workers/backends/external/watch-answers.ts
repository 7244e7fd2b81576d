import type { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { WorkerCheck } from './worker-watch.js';

const probeTimeoutMs = 5_000;
/** How many probes in a row a server may miss, e.g. while it restarts or the machine is busy. */
const maxMissed = 6;

/**
 * Makes a check of whether a server answers. It finds also a server whose process runs but hangs: the worker is `lost`
 * once the server has missed six probes in a row.
 * @param options.every while the server answers, only every so many checks probe it; default 1
 */
export function watchAnswers(
  client: Pick<JupyterClient, 'probe'>,
  options: { every?: number } = {},
): WorkerCheck {
  const { every = 1 } = options;
  let checks = 0;
  let missed = 0;
  return async () => {
    checks += 1;
    if (missed === 0 && checks % every !== 0) return undefined;
    missed = await client.probe(probeTimeoutMs).then(
      () => 0,
      () => missed + 1,
    );
    if (missed < maxMissed) return undefined;
    return { reason: 'lost', detail: 'The Jupyter server does not answer any more; start a new worker.' };
  };
}
