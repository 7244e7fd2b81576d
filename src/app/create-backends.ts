import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Backend } from '../../prisma/generated/client/client.js';
import type { Config } from '../config.js';
import { DomainError } from '../errors.js';
import type { WorkerBackend } from '../workers/backend.js';
import { type Isolation, probeIsolation } from '../workers/backends/external/isolation.js';
import { ensureLocalPython, type LocalPython } from '../workers/backends/external/local-python.js';
import { openExternalBackend } from '../workers/backends/external/open-external-backend.js';
import type { ServiceOptions } from './create-services.js';

/** The configured worker backends, and what they need first. */
export interface ConfiguredBackends {
  /** Opens them; see `ServiceOptions.openBackends`. */
  open: ServiceOptions['openBackends'];
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
  // A server of its own for each worker is for where no shared one is configured.
  const isLocal = config.workerBackends.includes('external') && !config.jupyter && config.allowLocalWorkers;
  const python = isLocal ? setUpPython(config, log) : undefined;
  const isolation = python?.then((found) => probeIsolation(found.python));
  const openers: Record<Backend, ServiceOptions['openBackends']> = {
    external: (_gatewayId, servers) => {
      const shared = openExternalBackend({ stateRoot, servers });
      if (!python || !isolation) return [shared];
      const options = { python: () => python, isolation: () => isolation, hiddenFolders: [config.dataDir] };
      return [openExternalBackend({ stateRoot, ...options }), shared];
    },
    docker: (gatewayId) => openDocker(config, gatewayId, log),
    kubernetes: (gatewayId) => openKubernetes(config, gatewayId, log),
  };
  return {
    async open(gatewayId, servers) {
      const opened = await Promise.all(
        config.workerBackends.map((kind) => openers[kind](gatewayId, servers)),
      );
      return opened.flat();
    },
    ready: whyNot(python),
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

async function whyNot(python: Promise<LocalPython> | undefined): Promise<string | null> {
  return (
    python?.then(
      () => null,
      (error: DomainError) => error.message,
    ) ?? null
  );
}

/** Sets the Python of local workers up. @throws DomainError `runtime_unavailable` */
function setUpPython(config: Config, log: Logger): Promise<LocalPython> {
  return ensureLocalPython({
    directory: config.jupyterHome,
    report: (message) => log.debug(message),
  }).catch((error) => {
    log.error({ err: error }, 'setting up Jupyter failed');
    throw error instanceof DomainError
      ? error
      : new DomainError('runtime_unavailable', 'Jupyter could not be set up; see the log and start again.');
  });
}
