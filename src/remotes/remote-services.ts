import type { EventBus } from '../engines/events/event-bus.js';
import type { RepositoryServices } from '../repositories/repository-services.js';
import type { Remotes } from './remotes.js';

/** The services of the commands for remotes. */
export interface RemoteServices extends RepositoryServices {
  bus: EventBus;
  remotes: Remotes;
}
