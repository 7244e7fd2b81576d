import type { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { WorkerCheck } from './worker-watch.js';

const probeTimeoutMs = 5_000;
/** What one probe and the pause before it may count; more has passed only while this process was stopped. */
const maxStepMs = 10_000;
const defaultLostAfterMs = 60_000;

/**
 * Makes a check of whether a server answers. It finds also a server whose process runs but hangs: the worker is `lost`
 * once the server has missed all probes for some time.
 * @param options.every while the server answers, only every so many checks probe it; default 1
 * @param options.lostAfterMs that time; default 60 s
 */
export function watchAnswers(
  client: Pick<JupyterClient, 'probe'>,
  options: { every?: number; lostAfterMs?: number } = {},
): WorkerCheck {
  const { every = 1, lostAfterMs = defaultLostAfterMs } = options;
  let checks = 0;
  let silentMs = 0;
  let countedAt = 0;
  return async () => {
    checks += 1;
    if (silentMs === 0 && checks % every !== 0) return undefined;
    if (silentMs === 0) countedAt = performance.now();
    const isMissed = await client.probe(probeTimeoutMs).then(
      () => false,
      () => true,
    );
    const now = performance.now();
    silentMs = isMissed ? silentMs + Math.min(now - countedAt, maxStepMs) : 0;
    countedAt = now;
    if (silentMs < lostAfterMs) return undefined;
    return { reason: 'lost', detail: 'The Jupyter server does not answer any more; start a new worker.' };
  };
}
