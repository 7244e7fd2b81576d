import type { WorkerBackend } from '../../backend.js';
import { LocalBackend } from './local-backend.js';
import type { LocalBackendOptions } from './local-backend-options.js';
import { RegisteredBackend, type RegisteredBackendOptions } from './registered-backend.js';

/** Opens the backend `external`: workers share the registered Jupyter servers, or each has its own local server. */
export function openExternalBackend(options: LocalBackendOptions | RegisteredBackendOptions): WorkerBackend {
  return 'servers' in options ? new RegisteredBackend(options) : new LocalBackend(options);
}
