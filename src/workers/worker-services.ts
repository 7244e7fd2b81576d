import type { RepositoryServices } from '../repositories/repository-services.js';
import type { WorkerManager } from './worker-manager.js';

/** What the commands on workers need. */
export interface WorkerServices extends RepositoryServices {
  workers: WorkerManager;
}
