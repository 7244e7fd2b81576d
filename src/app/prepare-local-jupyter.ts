import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import { foldersToHide } from '../workers/backends/external/create-sandbox.js';
import { hidingFault, type Isolation, probeIsolation } from '../workers/backends/external/isolation.js';
import type { LocalBackendOptions } from '../workers/backends/external/local-backend-options.js';
import { ensureLocalPython } from '../workers/backends/external/local-python.js';
import { secretFolderFault, secretFolders } from './secret-folders.js';

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
  const found = ensureLocalPython({
    directory: config.jupyterHome,
    // An environment of its own is for whoever tries it out; `JUPYTER_HOME` names one that somebody cares for.
    withPlotting: config.jupyterHome === join(config.dataDir, 'jupyter'),
    report: (message) => log.debug(message),
    warn: (message) => log.warn(message),
  }).catch((error) => {
    log.error({ err: error }, 'setting up Jupyter failed');
    throw error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'Jupyter could not be set up; see the log and start again.');
  });
  // The backend finds it out once more at its first start, also when it could not be found out in time here.
  const isolation = found.then(({ python }) => probeIsolation(python)).catch(() => null);
  const secrets = secretFolders(config);
  const options = {
    hiddenFolders: [config.dataDir, ...secrets],
    environmentsDirectory: join(config.dataDir, 'environments'),
  };
  const usable = isolation.then(async (known) => {
    const local = await found;
    const hidden = foldersToHide({ ...options, stateRoot: join(config.dataDir, 'workers') });
    const fault = known === 'none' ? null : await faultOf(known, local.python, { secrets, hidden });
    if (fault === null) return local;
    log.error({ err: fault }, 'folders cannot be hidden from local workers');
    throw fault;
  });
  return {
    options: { ...options, python: () => usable },
    ready: usable.then(
      () => null,
      (error: DomainError) => error.message,
    ),
    isolation,
  };
}

/** Why folders cannot be hidden from cells. What is not known in time is found out by each start of a worker. */
async function faultOf(
  isolation: Exclude<Isolation, 'none'> | null,
  python: string,
  { secrets, hidden }: Record<'secrets' | 'hidden', string[]>,
): Promise<DomainError | null> {
  const fault = secretFolderFault(secrets);
  if (fault || isolation === null) return fault;
  return hidingFault(python, isolation, hidden).catch(() => null);
}
