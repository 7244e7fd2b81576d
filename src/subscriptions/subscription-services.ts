import type { Logger } from 'pino';
import type { EventBus } from '../engines/events/event-bus.js';
import type { FileServices } from '../files/file-services.js';
import type { BranchWatcher } from '../notebooks/versions/branch-watcher.js';
import type { SessionManager } from '../sessions/session-manager.js';
import type { WorkerManager } from '../workers/worker-manager.js';
import type { Deliveries } from './deliveries.js';
import type { ResourceLocations } from './resource-locations.js';
import type { StreamGuard } from './stream-guard.js';

/** What the subscriptions need. */
export interface SubscriptionServices extends FileServices {
  bus: EventBus;
  branches: BranchWatcher;
  deliveries: Deliveries;
  locations: ResourceLocations;
  streamGuard: StreamGuard;
  sessions: SessionManager;
  workers: WorkerManager;
  log: Logger;
}
