import type { RepositoryServices } from '../repository-services.js';
import type { MaintenanceRunner } from './maintenance-runner.js';

/** What the commands on the maintenance of repositories need. */
export interface MaintenanceServices extends RepositoryServices {
  maintenance: MaintenanceRunner;
}
