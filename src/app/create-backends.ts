import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Backend } from '../../prisma/generated/client/client.js';
import type { Config } from '../config.js';
import type { WorkerBackend } from '../workers/backend.js';
import type { Isolation } from '../workers/backends/external/isolation.js';
import { openExternalBackend } from '../workers/backends/external/open-external-backend.js';
import type { CreationCheck } from '../workers/creation-check.js';
import type { ServiceOptions } from './create-services.js';
import { prepareLocalJupyter } from './prepare-local-jupyter.js';

/** The configured worker backends, and what they need first. */
export interface ConfiguredBackends {
  /** Opens them; see `ServiceOptions.openBackends`. */
  open: ServiceOptions['openBackends'];
  /** Resolves to null when local workers can run cells, or to one sentence why not; undefined without them. Never rejects. */
  ready: Promise<string | null> | undefined;
  /** How local workers are isolated; null when there are none. Never rejects. */
  isolation: Promise<Isolation | null>;
}

/** What the backends for containers and Pods have in common. */
interface CommonOptions {
  gatewayId: string;
  mayCreate: CreationCheck;
  log: Logger;
}

/**
 * Prepares the configured worker backends. A local Jupyter is set up in the background. If that fails, cells cannot run,
 * but everything else works.
 */
export function createBackends(config: Config, log: Logger): ConfiguredBackends {
  const stateRoot = join(config.dataDir, 'workers');
  const lostAfterMs = config.runtimeLimits.workerSilenceSeconds * 1000;
  // A server of its own for each worker is for where no shared one is configured.
  const isLocal = config.workerBackends.includes('external') && !config.jupyter && config.allowLocalWorkers;
  const local = isLocal ? prepareLocalJupyter(config, log) : undefined;
  const openers: Record<Backend, ServiceOptions['openBackends']> = {
    external: (_gatewayId, servers, mayCreate) => {
      const shared = openExternalBackend({ stateRoot, lostAfterMs, servers });
      return local
        ? [openExternalBackend({ stateRoot, lostAfterMs, log, mayCreate, ...local.options }), shared]
        : [shared];
    },
    docker: (gatewayId, _servers, mayCreate) => openDocker(config, { gatewayId, mayCreate, log }),
    kubernetes: (gatewayId, _servers, mayCreate) => openKubernetes(config, { gatewayId, mayCreate, log }),
  };
  return {
    async open(...given) {
      const opened = await Promise.all(config.workerBackends.map((kind) => openers[kind](...given)));
      return opened.flat();
    },
    ready: local?.ready,
    isolation: local?.isolation ?? Promise.resolve(null),
  };
}

/** The client of Docker takes 0.3 s and 22 MB to load, so only gateways that use it do. */
async function openDocker(config: Config, common: CommonOptions): Promise<WorkerBackend[]> {
  const { openDockerBackend } = await import('../workers/backends/docker/open-docker-backend.js');
  const stateRoot = join(config.dataDir, 'workers');
  const environmentsDirectory = join(config.dataDir, 'environments', 'docker');
  const lostAfterMs = config.runtimeLimits.workerSilenceSeconds * 1000;
  const folders = { stateRoot, environmentsDirectory };
  return [openDockerBackend({ config: config.containers, ...folders, lostAfterMs, ...common })];
}

/** The client of Kubernetes takes half a second and 76 MB to load, so only gateways that use it do. */
async function openKubernetes(config: Config, common: CommonOptions): Promise<WorkerBackend[]> {
  const { openKubernetesBackend } = await import('../workers/backends/kubernetes/open-kubernetes-backend.js');
  const environmentsDirectory = join(config.dataDir, 'environments', 'kubernetes');
  return [openKubernetesBackend({ settings: config.containers, environmentsDirectory, ...common })];
}
