import type { EventBus } from '../engines/events/event-bus.js';
import type { RepositoryServices } from '../repositories/repository-services.js';
import type { Remotes } from './remotes.js';

/** What the commands on the remotes of repositories need. */
export interface RemoteServices extends RepositoryServices {
  bus: EventBus;
  remotes: Remotes;
}
