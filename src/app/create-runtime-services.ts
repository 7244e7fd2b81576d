import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { ExecutionIntake } from '../executions/execution-intake.js';
import { ExecutionLog } from '../executions/execution-log.js';
import { ExecutionRetention } from '../executions/execution-retention.js';
import { Executor } from '../executions/executor.js';
import type { CheckoutTokens } from '../git-access/checkout-tokens.js';
import type { GatewayMetrics } from '../metrics/gateway-metrics.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { SessionManager } from '../sessions/session-manager.js';
import type { WorkerBackend } from '../workers/backend.js';
import { WorkerFileReader } from '../workers/worker-file-reader.js';
import { WorkerManager } from '../workers/worker-manager.js';
import type { Stores } from './open-stores.js';

/** What {@link createRuntimeServices} needs in addition to the stores. */
export interface RuntimeServiceOptions {
  config: Config;
  log: Logger;
  bus: EventBus;
  metrics: GatewayMetrics;
  branches: BranchWatcher;
  backends: WorkerBackend[];
  checkoutTokens: CheckoutTokens;
  /** See `RuntimeOwnership.epoch`. */
  epoch(): number;
  /** Milliseconds to wait until a new session has started; default 120 s. */
  sessionStartTimeoutMs?: number;
  /** Milliseconds between two checks for idle and old workers and kernels; default 10 s. */
  expiryCheckMs?: number;
  /** Milliseconds between two looks for servers that belong to no worker; default 1 minute. */
  sweepMs?: number;
}

/** Creates the workers, sessions and executions, connected with each other, and a function that ends their background work. */
export function createRuntimeServices(
  { database, git }: Stores,
  {
    config,
    log,
    bus,
    metrics,
    epoch,
    expiryCheckMs,
    sessionStartTimeoutMs,
    ...options
  }: RuntimeServiceOptions,
) {
  const { prisma, leases } = database;
  const workers = new WorkerManager({
    ...{ prisma, epoch, git, bus, log, ...options },
    ...{ directory: join(config.dataDir, 'workers'), limits: config.runtimeLimits, expiryCheckMs },
  });
  const sessions = new SessionManager({
    ...{ prisma, epoch, bus, workers, log, startTimeoutMs: sessionStartTimeoutMs, expiryCheckMs },
  });
  workers.onEnded((workerId) => sessions.workerEnded(workerId));
  workers.onAdopted((workerId, server) => sessions.workerAdopted(workerId, server));
  const workerFiles = new WorkerFileReader({ foldersOf: (worker) => workers.foldersOf(worker) });
  const executionLog = new ExecutionLog({ prisma, epoch, bus, log, metrics });
  const executor = new Executor({
    ...{ prisma, epoch, bus, log, executionLog, metrics, kernels: sessions.kernels },
  });
  sessions.onConnected((sessionId, kernel) => executor.kernelConnected(sessionId, kernel));
  sessions.onReplacing((sessionId) => executor.kernelWritten(sessionId));
  workers.onStopping((workerId, cancellation) => executor.workerStops(workerId, cancellation));
  const intake = new ExecutionIntake({ prisma, epoch, executor, executionLog, log });
  const retention = new ExecutionRetention({
    ...{ prisma, leases, executionLog, log, days: config.executionRetentionDays, checkMs: expiryCheckMs },
  });
  retention.begin();
  return {
    services: { epoch, workers, sessions, workerFiles, executionLog, executor, intake },
    async close(): Promise<void> {
      executionLog.close();
      await retention.close();
      intake.close();
      const ended = executor.close();
      const adopted = workers.stopAdopting();
      await sessions.dispose();
      await ended;
      await adopted;
      await workers.close();
    },
  };
}
