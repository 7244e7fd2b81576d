import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from '../workers/backend.js';
import { ensureLocalPython } from '../workers/backends/external/local-python.js';
import { openExternalBackend } from '../workers/backends/external/open-external-backend.js';

/** The worker backends. They may still be setting up Jupyter. */
export interface ConfiguredBackends {
  backends: WorkerBackend[];
  /** Resolves to null when cells can run, or to one sentence that says why they cannot. Never rejects. */
  ready: Promise<string | null>;
}

/**
 * Opens the configured worker backends. A local Jupyter is set up in the background. If that fails, cells cannot run, but
 * everything else works.
 */
export function createBackends(config: Config, log: Logger): ConfiguredBackends {
  const stateRoot = join(config.dataDir, 'workers');
  if (config.jupyter || !config.allowLocalWorkers) {
    const backend = openExternalBackend({ stateRoot, registered: config.jupyter, python: noLocal });
    return { backends: [backend], ready: Promise.resolve(null) };
  }
  const python = ensureLocalPython({
    directory: config.jupyterHome,
    report: (message) => log.debug(message),
  }).catch((error) => {
    log.error({ err: error }, 'setting up Jupyter failed');
    throw error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'Jupyter could not be set up; see the log and start again.');
  });
  const ready = python.then(
    () => null,
    (error: DomainError) => error.message,
  );
  return {
    backends: [
      openExternalBackend({
        stateRoot,
        python: () => python,
        environmentsDirectory: join(config.dataDir, 'environments'),
      }),
    ],
    ready,
  };
}

async function noLocal(): Promise<never> {
  throw new DomainError(
    'runtime_unavailable',
    'Local workers are disabled (ALLOW_LOCAL_WORKERS); configure JUPYTER_URL to run cells.',
  );
}
