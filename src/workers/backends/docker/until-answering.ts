import { setTimeout as sleep } from 'node:timers/promises';
import { JupyterClient } from '../../../engines/kernels/jupyter-client.js';
import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import { DomainError } from '../../../errors.js';

const probeTimeoutMs = 5_000;
/** How often the container is looked at, in questions to its server. */
const probesPerLook = 10;

/**
 * Waits until a server answers.
 * @param how.pollMs how long to wait between two questions
 * @param how.check throws when the server can never answer, because its container has ended
 * @param how.timeoutMs bounds the wait
 * @throws DomainError `runtime_unavailable` with the reason `start_timeout`; what `check` throws, and what `signal` was
 *   aborted with
 */
export async function untilAnswering(
  endpoint: JupyterEndpoint,
  how: { pollMs: number; timeoutMs: number; check: () => Promise<void>; signal: AbortSignal },
): Promise<void> {
  const client = new JupyterClient(endpoint);
  const endsAt = Date.now() + how.timeoutMs;
  try {
    for (let probes = 1; ; probes += 1) {
      how.signal.throwIfAborted();
      const isAnswering = await client.probe(probeTimeoutMs).then(
        () => true,
        () => false,
      );
      if (isAnswering) return;
      if (probes % probesPerLook === 0) await how.check();
      if (Date.now() > endsAt) throw startTimeout();
      await sleep(how.pollMs, undefined, { signal: how.signal }).catch(() => {});
    }
  } finally {
    client.dispose();
  }
}

function startTimeout(): DomainError {
  const message = 'The Jupyter server of the container did not answer in time; start a new worker.';
  return new DomainError('runtime_unavailable', message, { extra: { reason: 'start_timeout' } });
}
