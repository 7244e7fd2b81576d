import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Services } from '../../schema/services.js';
import type { Config } from '../config.js';
import { EventBus } from '../engines/events/event-bus.js';
import { remoteLimits } from '../engines/git/remote-access.js';
import { NotebookThreads } from '../engines/nbformat/threads/notebook-threads.js';
import { ExecutionIntake } from '../executions/execution-intake.js';
import { ExecutionLog } from '../executions/execution-log.js';
import { ExecutionRetention } from '../executions/execution-retention.js';
import { Executor } from '../executions/executor.js';
import { OutputsSaver } from '../executions/outputs-saver.js';
import { CheckoutTokens } from '../git-access/checkout-tokens.js';
import { NotebookRunner } from '../notebook-runs/notebook-runner.js';
import { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { Remotes } from '../remotes/remotes.js';
import { loadSecretsKey } from '../remotes/secrets-key.js';
import { MaintenanceRunner } from '../repositories/maintenance/maintenance-runner.js';
import { MaintenanceWatch } from '../repositories/maintenance/maintenance-watch.js';
import { RuntimeOwnership } from '../runtime/runtime-ownership.js';
import { SessionManager } from '../sessions/session-manager.js';
import { Deliveries } from '../subscriptions/deliveries.js';
import { ResourceLocations } from '../subscriptions/resource-locations.js';
import { StreamGuard } from '../subscriptions/stream-guard.js';
import type { WorkerBackend } from '../workers/backend.js';
import { JupyterServers } from '../workers/servers/jupyter-servers.js';
import { stopWorkspaceWorkers } from '../workers/stop-workspace-workers.js';
import { WorkerFileReader } from '../workers/worker-file-reader.js';
import { WorkerManager } from '../workers/worker-manager.js';
import { assertSameSecretsKey } from './assert-same-secrets-key.js';
import type { Stores } from './open-stores.js';

/** What {@link createServices} needs in addition to the stores. */
export interface ServiceOptions {
  config: Config;
  log: Logger;
  /**
   * Opens the worker backends. They label what they start with `gatewayId`, the UUID of this installation, and may let
   * workers use `jupyterServers`.
   */
  openBackends(gatewayId: string, jupyterServers: JupyterServers): WorkerBackend[] | Promise<WorkerBackend[]>;
  /** Milliseconds to wait until a new session has started; default 120 s. */
  sessionStartTimeoutMs?: number;
  /** Milliseconds between two checks for idle and old workers and kernels; default 10 s. */
  expiryCheckMs?: number;
}

/** The services of a gateway, and a function that stops them. */
export interface RunningServices {
  services: Services;
  /** Not begun: until this process is the owner, nothing acts on workers and kernels. */
  ownership: RuntimeOwnership;
  /** Stops all background work of this process. Workers continue to run, and the stores stay open. */
  close(): Promise<void>;
}

/**
 * Creates the services on the stores and connects them with each other.
 * @throws DomainError `storage_unavailable` when other gateways on the database have another key for its secrets
 */
export async function createServices(
  { database, git, gatewayId }: Stores,
  { config, log, openBackends, sessionStartTimeoutMs: startTimeoutMs, expiryCheckMs }: ServiceOptions,
): Promise<RunningServices> {
  const { prisma, leases, rows } = database;
  const secretsKey = await loadSecretsKey(config.dataDir, config.secretsKey);
  if (database.kind === 'postgresql') await assertSameSecretsKey(prisma, secretsKey);
  const jupyterServers = new JupyterServers({
    ...{ prisma, secretsKey, allowed: config.jupyterAllowedHosts, configured: config.jupyter },
  });
  const checkoutTokens = new CheckoutTokens(secretsKey);
  const backends = await openBackends(gatewayId, jupyterServers);
  const bus = new EventBus();
  const indexer = new BranchIndexer({ prisma, git, bus, leases, rows, log });
  const branches = new BranchWatcher({ git, indexer, log });
  const maintenance = new MaintenanceRunner({ prisma, git, bus, leases, log });
  const maintenanceWatch = new MaintenanceWatch({ prisma, git, bus, runner: maintenance, log });
  const notebookThreads = new NotebookThreads();
  const directory = join(config.dataDir, 'workers');
  const { runtimeLimits } = config;
  const workers = new WorkerManager({
    ...{ prisma, git, bus, branches, log, directory, backends, checkoutTokens },
    ...{ limits: runtimeLimits, expiryCheckMs },
  });
  const sessions = new SessionManager({ prisma, bus, workers, log, startTimeoutMs, expiryCheckMs });
  workers.onEnded((workerId, server) => sessions.workerEnded(workerId, server));
  workers.onAdopted((workerId, server) => sessions.workerAdopted(workerId, server));
  const workerFiles = new WorkerFileReader({ foldersOf: (worker) => workers.foldersOf(worker) });
  const ownership = new RuntimeOwnership({ prisma, leases, log });
  const executionLog = new ExecutionLog({ prisma, bus, log, epoch: () => ownership.epoch });
  const executor = new Executor({ prisma, log, executionLog, kernels: sessions.kernels });
  sessions.onConnected((sessionId, kernel) => executor.kernelConnected(sessionId, kernel));
  workers.onStopping((workerId, cancellation) => executor.workerStops(workerId, cancellation));
  const days = config.executionRetentionDays;
  const retention = new ExecutionRetention({
    ...{ prisma, leases, executionLog, log, days, checkMs: expiryCheckMs },
  });
  const intake = new ExecutionIntake({ prisma, executor, executionLog, log });
  const outputsSaver = new OutputsSaver({ prisma, git, indexer, notebookThreads, bus, executionLog, log });
  const notebookRunner = new NotebookRunner({
    ...{ prisma, git, bus, log, indexer, notebookThreads, workers, sessions, executor, intake },
    ...{ executionLog, outputsSaver },
  });
  const limits = { ...remoteLimits, bytes: config.maxPushBytes };
  const allowed = config.remoteAllowedHosts;
  const remotes = new Remotes({ prisma, git, bus, indexer, leases, log, secretsKey, allowed, limits });
  const streams = {
    ...{ locations: new ResourceLocations(prisma), streamGuard: new StreamGuard({ prisma, log }) },
    deliveries: new Deliveries(),
  };
  const stopWorkers: Services['stopWorkers'] = (workspaceId, statusReason, userId) =>
    stopWorkspaceWorkers({ prisma, workers }, workspaceId, statusReason, userId);
  retention.begin();
  return {
    ownership,
    services: {
      ...{ prisma, git, bus, log, indexer, branches, maintenance, remotes, checkoutTokens, notebookThreads },
      ...{ jupyterServers, workers, workerFiles, stopWorkers, sessions, executor, intake, executionLog },
      ...{ ...streams, outputsSaver, notebookRunner },
    },
    async close() {
      const left = notebookRunner.close();
      executionLog.close();
      await retention.close();
      intake.close();
      maintenanceWatch.close();
      const ended = executor.close();
      const adopted = workers.stopAdopting();
      await sessions.dispose();
      await ended;
      await outputsSaver.close();
      await left;
      await adopted;
      await maintenance.close();
      await indexer.close();
      await workers.close();
      await remotes.close();
      await notebookThreads.close();
    },
  };
}
