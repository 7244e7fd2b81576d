import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { BranchIndexer } from '../notebooks/versions/branch-indexer.js';
import { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import { remoteLimits } from '../remotes/remote-limits.js';
import { Remotes } from '../remotes/remotes.js';
import { MaintenanceRunner } from '../repositories/maintenance/maintenance-runner.js';
import { MaintenanceWatch } from '../repositories/maintenance/maintenance-watch.js';
import type { Stores } from './open-stores.js';

/** What {@link createRepositoryServices} needs in addition to the stores. */
export interface RepositoryServiceOptions {
  config: Config;
  log: Logger;
  bus: EventBus;
  secretsKey: Uint8Array;
}

/** Creates what follows, maintains and mirrors the repositories, and a function that ends its background work. */
export function createRepositoryServices(
  { database, git }: Stores,
  { config, log, bus, secretsKey }: RepositoryServiceOptions,
) {
  const { prisma, leases, rows } = database;
  const indexer = new BranchIndexer({ prisma, git, bus, leases, rows, log });
  const branches = new BranchWatcher({ git, indexer, log });
  const maintenance = new MaintenanceRunner({ prisma, git, bus, leases, log });
  const maintenanceWatch = new MaintenanceWatch({ prisma, git, bus, runner: maintenance, log });
  const remotes = new Remotes({
    ...{ prisma, git, bus, indexer, leases, log, secretsKey, allowed: config.remoteAllowedHosts },
    limits: { ...remoteLimits, bytes: config.maxPushBytes },
  });
  return {
    ...{ indexer, branches, maintenance, remotes },
    async close(): Promise<void> {
      maintenanceWatch.close();
      await maintenance.close();
      await indexer.close();
      await remotes.close();
    },
  };
}
