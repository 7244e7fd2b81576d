import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { NotebookRunner } from '../notebook-runs/notebook-runner.js';
import { RunRetention } from '../notebook-runs/run-retention.js';
import type { RunningServices } from '../notebook-runs/running-services.js';
import type { Stores } from './open-stores.js';

/** What {@link createRunServices} needs in addition to the stores. */
export interface RunServiceOptions {
  config: Pick<Config, 'executionRetentionDays'>;
  log: Logger;
  bus: EventBus;
  /** Milliseconds between two checks for old runs; default 10 minutes. */
  expiryCheckMs?: number;
}

/** Creates what runs whole notebooks, and a function that ends its background work. */
export function createRunServices(
  { database: { prisma, leases } }: Pick<Stores, 'database'>,
  services: RunningServices,
  { config, log, bus, expiryCheckMs: checkMs }: RunServiceOptions,
) {
  const { executionLog } = services;
  const notebookRunner = new NotebookRunner(services);
  const retention = new RunRetention({
    ...{ prisma, leases, bus, executionLog, log, days: config.executionRetentionDays, checkMs },
  });
  retention.begin();
  return {
    services: { notebookRunner },
    async close(): Promise<void> {
      await Promise.all([notebookRunner.close(), retention.close()]);
    },
  };
}
