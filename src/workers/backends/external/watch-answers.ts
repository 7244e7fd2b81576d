import type { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { WorkerExit } from '../../backend.js';

const probeTimeoutMs = 5_000;
/** How many probes in a row a server may miss, e.g. while it restarts or the machine is busy. */
const maxMissed = 6;

/**
 * Watches whether a server answers, also one whose process runs but hangs.
 * @param options.every how many looks there are to one probe, while it answers; default 1
 * @returns what looks: it says how the worker ended once the server has missed six probes in a row
 */
export function watchAnswers(
  client: Pick<JupyterClient, 'probe'>,
  options: { every?: number } = {},
): () => Promise<Omit<WorkerExit, 'workerId'> | undefined> {
  const { every = 1 } = options;
  let looks = 0;
  let missed = 0;
  return async () => {
    looks += 1;
    if (missed === 0 && looks % every !== 0) return undefined;
    missed = await client.probe(probeTimeoutMs).then(
      () => 0,
      () => missed + 1,
    );
    if (missed < maxMissed) return undefined;
    return { reason: 'lost', detail: 'The Jupyter server does not answer any more; start a new worker.' };
  };
}
