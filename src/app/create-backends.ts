import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Backend } from '../../prisma/generated/client/client.js';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from '../workers/backend.js';
import { type Isolation, probeIsolation } from '../workers/backends/external/isolation.js';
import { ensureLocalPython, type LocalPython } from '../workers/backends/external/local-python.js';
import { openExternalBackend } from '../workers/backends/external/open-external-backend.js';

/** The configured worker backends, and what they need first. */
export interface ConfiguredBackends {
  /** Opens them; see `ServiceOptions.openBackends`. */
  open(gatewayId: string): Promise<WorkerBackend[]>;
  /** Resolves to null when cells can run, or to one sentence that says why they cannot. Never rejects. */
  ready: Promise<string | null>;
  /** How local workers are isolated; null when there are none. Never rejects. */
  isolation: Promise<Isolation | null>;
}

/**
 * Prepares the configured worker backends. A local Jupyter is set up in the background. If that fails, cells cannot run,
 * but everything else works.
 */
export function createBackends(config: Config, log: Logger): ConfiguredBackends {
  const stateRoot = join(config.dataDir, 'workers');
  const isLocal = config.workerBackends.includes('external') && !config.jupyter && config.allowLocalWorkers;
  const python = isLocal ? setUpPython(config, log) : noLocal;
  const isolation = isLocal ? python().then((found) => probeIsolation(found.python)) : undefined;
  const openers: Record<Backend, (gatewayId: string) => WorkerBackend[] | Promise<WorkerBackend[]>> = {
    external: () => [
      openExternalBackend({
        ...{ stateRoot, registered: config.jupyter, python },
        isolation: isolation && (() => isolation),
        hiddenFolders: [config.dataDir],
      }),
    ],
    docker: (gatewayId) => openDocker(config, gatewayId, log),
    kubernetes: (gatewayId) => openKubernetes(config, gatewayId, log),
  };
  return {
    async open(gatewayId) {
      const opened = await Promise.all(config.workerBackends.map((kind) => openers[kind](gatewayId)));
      return opened.flat();
    },
    ready: isLocal
      ? python().then(
          () => null,
          (error: DomainError) => error.message,
        )
      : Promise.resolve(null),
    isolation: isolation?.catch(() => null) ?? Promise.resolve(null),
  };
}

/** The client of Docker takes 0.3 s and 22 MB to load, so only gateways that use it do. */
async function openDocker(config: Config, gatewayId: string, log: Logger): Promise<WorkerBackend[]> {
  const { openDockerBackend } = await import('../workers/backends/docker/open-docker-backend.js');
  const stateRoot = join(config.dataDir, 'workers');
  return [openDockerBackend({ config: config.containers, stateRoot, gatewayId, log })];
}

/** The client of Kubernetes takes half a second and 76 MB to load, so only gateways that use it do. */
async function openKubernetes(config: Config, gatewayId: string, log: Logger): Promise<WorkerBackend[]> {
  const { openKubernetesBackend } = await import('../workers/backends/kubernetes/open-kubernetes-backend.js');
  return [openKubernetesBackend({ settings: config.containers, gatewayId, log })];
}

/** Begins to set up the Python of local workers. @returns what waits for it */
function setUpPython(config: Config, log: Logger): () => Promise<LocalPython> {
  const python = ensureLocalPython({
    directory: config.jupyterHome,
    report: (message) => log.debug(message),
  }).catch((error) => {
    log.error({ err: error }, 'setting up Jupyter failed');
    throw error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'Jupyter could not be set up; see the log and start again.');
  });
  return () => python;
}

async function noLocal(): Promise<never> {
  throw new DomainError(
    'runtime_unavailable',
    'Local workers are disabled (ALLOW_LOCAL_WORKERS); configure JUPYTER_URL to run cells.',
  );
}
