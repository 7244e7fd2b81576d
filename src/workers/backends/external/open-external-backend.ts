import type { JupyterEndpoint } from '../../../engines/kernels/jupyter-endpoint.js';
import type { WorkerBackend } from '../../backend.js';
import { LocalBackend, type LocalBackendOptions } from './local-backend.js';
import { RegisteredBackend } from './registered-backend.js';

/**
 * Opens the backend `external`: workers use the registered Jupyter server if there is one, else each has its own local
 * server.
 * @param options.stateRoot absolute path of a folder that outlives the gateway; the backend finds its workers again by
 *   it
 */
export function openExternalBackend(
  options: LocalBackendOptions & { registered?: JupyterEndpoint },
): WorkerBackend {
  const { registered, ...local } = options;
  return registered
    ? new RegisteredBackend({ stateRoot: local.stateRoot, registered })
    : new LocalBackend(local);
}
