import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from '../../backend.js';
import type { LocalPython } from './local-python.js';
import { openLocalBackend } from './open-local-backend.js';
import { openRegisteredBackend } from './open-registered-backend.js';

/**
 * Opens the backend `external`: the registered Jupyter server where there is one, else a server of its own a worker.
 * @param options.stateRoot a folder that outlives the gateway; it keeps what is needed to find workers again
 * @param options.startTimeoutMs how long a local server may take to answer; default 60 s
 * @param options.python the Python that local servers run on; called at each start
 */
export function openExternalBackend(options: {
  stateRoot: string;
  python: () => Promise<LocalPython>;
  registered?: JupyterEndpoint;
  startTimeoutMs?: number;
}): WorkerBackend {
  const { registered, ...local } = options;
  return registered
    ? openRegisteredBackend({ stateRoot: options.stateRoot, registered })
    : openLocalBackend(local);
}
