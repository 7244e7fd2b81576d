import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { Database } from '../engines/database/database.js';
import type { EventBus } from '../engines/events/event-bus.js';
import { EventAccess } from '../space-events/event-access.js';
import { SpaceEventRetention } from '../space-events/space-event-retention.js';
import { SpaceEvents } from '../space-events/space-events.js';
import type { SpaceEventServices } from '../subscriptions/watch-space-events.js';

/** The services of the streams of spaces. */
export interface OpenSpaceEvents {
  services: Pick<SpaceEventServices, 'spaceEvents' | 'eventAccess'>;
  /** Ends the reading and the removal of old events. */
  close(): Promise<void>;
}

/** Creates what reads the events of spaces, and begins to remove old ones at intervals. */
export function openSpaceEvents(
  { prisma, leases }: Pick<Database, 'prisma' | 'leases'>,
  { bus, log, config }: { bus: EventBus; log: Logger; config: Config },
): OpenSpaceEvents {
  const spaceEvents = new SpaceEvents({ prisma, bus, log });
  const retention = new SpaceEventRetention({ prisma, leases, log, hours: config.eventRetentionHours });
  retention.begin();
  return {
    services: { spaceEvents, eventAccess: new EventAccess(prisma) },
    async close() {
      await retention.close();
      await spaceEvents.close();
    },
  };
}
