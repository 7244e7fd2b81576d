import type { OwnerTarget } from '../engines/database/owner-target.js';
import type { RepositoryServices } from '../repositories/repository-services.js';
import type { WorkerManager } from './worker-manager.js';

/** What the commands on workers need. */
export interface WorkerServices extends RepositoryServices, OwnerTarget {
  workers: WorkerManager;
}
