import type { Logger } from 'pino';
import type { Services } from '../../schema/services.js';
import type { Config } from '../config.js';
import { EventBus } from '../engines/events/event-bus.js';
import { NotebookThreads } from '../engines/nbformat/threads/notebook-threads.js';
import { OutputsSaver } from '../executions/outputs-saver.js';
import { Searches } from '../files/search/searches.js';
import { CheckoutTokens } from '../git-access/checkout-tokens.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import { loadSecretsKey } from '../remotes/secrets-key.js';
import { CommReader } from '../runtime/comm-reader.js';
import { OperationForwarder } from '../runtime/operation-forwarder.js';
import { RuntimeOwnership } from '../runtime/runtime-ownership.js';
import { Deliveries } from '../subscriptions/deliveries.js';
import { ResourceLocations } from '../subscriptions/resource-locations.js';
import { StreamGuard } from '../subscriptions/stream-guard.js';
import type { WorkerBackend } from '../workers/backend.js';
import { type CreationCheck, creationCheck } from '../workers/creation-check.js';
import { JupyterServers } from '../workers/servers/jupyter-servers.js';
import { stopWorkspaceWorkers } from '../workers/stop-workspace-workers.js';
import { PresenceRegister } from '../workspaces/presence/presence-register.js';
import { assertSameSecretsKey } from './assert-same-secrets-key.js';
import { createClientSlots } from './create-client-slots.js';
import { createRepositoryServices } from './create-repository-services.js';
import { createRunServices } from './create-run-services.js';
import { createRuntimeServices } from './create-runtime-services.js';
import { openSpaceEvents } from './open-space-events.js';
import type { Stores } from './open-stores.js';

/** What {@link createServices} needs in addition to the stores. */
export interface ServiceOptions {
  config: Config;
  log: Logger;
  metrics: GatewayMetrics;
  /**
   * Opens the worker backends. They label what they start with `gatewayId`, the UUID of this installation, and may let
   * workers use `jupyterServers`. They call `mayCreate` before they create something.
   */
  openBackends(
    gatewayId: string,
    jupyterServers: JupyterServers,
    mayCreate: CreationCheck,
  ): WorkerBackend[] | Promise<WorkerBackend[]>;
  /** Milliseconds to wait until a new session has started; default 120 s. */
  sessionStartTimeoutMs?: number;
  /** Milliseconds between two checks for idle and old workers and kernels; default 10 s. */
  expiryCheckMs?: number;
  /** Milliseconds between two looks for servers that belong to no worker; default 1 minute. */
  sweepMs?: number;
}

/** How much longer than the start of a session an operation may take. */
const moreMs = 30_000;

/** The services of a gateway, and a function that stops them. */
export interface RunningServices {
  services: Services;
  /** Not begun: until this process is the owner, nothing acts on workers and kernels. */
  ownership: RuntimeOwnership;
  /** What hands operations to the owner. Who uses it closes it. */
  forwarder: OperationForwarder;
  /** Stops all background work of this process. Workers continue to run, and the stores stay open. */
  close(): Promise<void>;
}

/**
 * Creates the services on the stores and connects them with each other.
 * @throws DomainError `storage_unavailable` when other gateways on the database have another key for its secrets
 */
export async function createServices(
  stores: Stores,
  { config, log, metrics, openBackends, ...timing }: ServiceOptions,
): Promise<RunningServices> {
  const { database, git, gatewayId } = stores;
  const { prisma } = database;
  const secretsKey = await loadSecretsKey(config.dataDir, config.secretsKey);
  if (database.kind === 'postgresql') await assertSameSecretsKey(prisma, secretsKey);
  const jupyterServers = new JupyterServers({
    ...{ prisma, secretsKey, allowed: config.jupyterAllowedHosts, configured: config.jupyter },
  });
  const checkoutTokens = new CheckoutTokens(secretsKey);
  const ownership = new RuntimeOwnership({ prisma, leases: database.leases, log });
  const epoch = () => ownership.epoch;
  const backends = await openBackends(gatewayId, jupyterServers, creationCheck({ prisma, epoch }));
  const bus = new EventBus();
  const { close: closeRepositories, ...repositories } = createRepositoryServices(stores, {
    ...{ config, log, bus, secretsKey },
  });
  const { indexer, branches } = repositories;
  const runtime = createRuntimeServices(stores, {
    ...{ config, log, bus, metrics, branches, backends, checkoutTokens, epoch, ...timing },
  });
  const { workers, executionLog, executor } = runtime.services;
  const notebookThreads = new NotebookThreads();
  const saving = { prisma, git, indexer, notebookThreads, bus, executionLog, executor, log, epoch };
  const outputsSaver = new OutputsSaver(saving);
  const running = { ...saving, ...runtime.services, outputsSaver };
  const isOwner = () => ownership.isOwner;
  const runs = createRunServices(stores, running, { config, log, bus, isOwner, ...timing });
  const { close: closeSpaceEvents, ...spaceEvents } = openSpaceEvents(database, { bus, log, config });
  const deadlineMs = runtime.services.sessions.startTimeoutMs + moreMs;
  const forwarder = new OperationForwarder({ prisma, bus, log, deadlineMs });
  const presence = new PresenceRegister({ prisma, bus, log });
  presence.begin();
  return {
    ...{ ownership, forwarder },
    services: {
      ...{ prisma, git, bus, log, checkoutTokens, notebookThreads, jupyterServers },
      ...createClientSlots(),
      searches: new Searches({ notebookThreads }),
      ...{ ...repositories, ...runtime.services, ...spaceEvents.services, outputsSaver, ...runs.services },
      ...{ locations: new ResourceLocations(prisma), streamGuard: new StreamGuard({ prisma, log }) },
      deliveries: new Deliveries(),
      comms: new CommReader({ prisma, executor, forwarder, ownership }),
      presence,
      stopWorkers: (workspaceId, statusReason, userId) =>
        stopWorkspaceWorkers({ prisma, workers }, workspaceId, statusReason, userId),
    },
    async close() {
      const left = runs.close();
      await runtime.close();
      await presence.close();
      await closeSpaceEvents();
      await outputsSaver.close();
      await left;
      await closeRepositories();
      await notebookThreads.close();
    },
  };
}
