import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import { type Isolation, probeIsolation } from '../workers/backends/external/isolation.js';
import type { LocalBackendOptions } from '../workers/backends/external/local-backend-options.js';
import { ensureLocalPython } from '../workers/backends/external/local-python.js';

/** A local Jupyter that is being set up in the background. */
export interface LocalJupyter {
  options: Pick<LocalBackendOptions, 'python' | 'hiddenFolders' | 'environmentsDirectory'>;
  /** Resolves to null when cells can run, or to one sentence that says why they cannot. Never rejects. */
  ready: Promise<string | null>;
  /** How workers are isolated; null when that could not be found out. Never rejects. */
  isolation: Promise<Isolation | null>;
}

/** Begins to set up the Python of local workers, and finds out how they can be isolated from each other. */
export function prepareLocalJupyter(config: Config, log: Logger): LocalJupyter {
  const python = ensureLocalPython({
    directory: config.jupyterHome,
    report: (message) => log.debug(message),
  }).catch((error) => {
    log.error({ err: error }, 'setting up Jupyter failed');
    throw error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'Jupyter could not be set up; see the log and start again.');
  });
  return {
    options: {
      python: () => python,
      hiddenFolders: [config.dataDir],
      environmentsDirectory: join(config.dataDir, 'environments'),
    },
    ready: python.then(
      () => null,
      (error: DomainError) => error.message,
    ),
    // The backend finds it out once more at its first start, also when it could not be found out in time here.
    isolation: python.then((found) => probeIsolation(found.python)).catch(() => null),
  };
}
