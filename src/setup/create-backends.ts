import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from '../workers/backend.js';
import { ensureLocalPython } from '../workers/backends/external/local-python.js';
import { openExternalBackend } from '../workers/backends/external/open-external-backend.js';
import { step } from './step.js';

/**
 * Opens the configured worker backends. A local Jupyter is set up first; where that fails, the reason is said and
 * everything but running cells works.
 */
export async function createBackends(config: Config, log: Logger): Promise<WorkerBackend[]> {
  const stateRoot = join(config.dataDir, 'workers');
  if (config.jupyter)
    return [openExternalBackend({ stateRoot, registered: config.jupyter, python: noLocal })];
  if (!config.allowLocalWorkers) return [openExternalBackend({ stateRoot, python: noLocal })];
  try {
    const python = await step('Setting up Jupyter', () =>
      ensureLocalPython({ directory: config.jupyterHome, report: (message) => log.debug(message) }),
    );
    return [openExternalBackend({ stateRoot, python: async () => python })];
  } catch (error) {
    const known =
      error instanceof DomainError
        ? error
        : new DomainError('runtime_unavailable', 'Jupyter could not be set up; see the log and start again.');
    log.error({ err: error }, 'setting up Jupyter failed');
    process.stdout.write(`Cells cannot run: ${known.message} Everything else works.\n`);
    return [openExternalBackend({ stateRoot, python: () => Promise.reject(known) })];
  }
}

async function noLocal(): Promise<never> {
  throw new DomainError(
    'runtime_unavailable',
    'Local workers are off here (ALLOW_LOCAL_WORKERS); configure JUPYTER_URL to run cells.',
  );
}
