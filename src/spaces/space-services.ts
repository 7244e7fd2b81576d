import type { PrismaService } from '../engines/database/prisma-service.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** What the commands need that can change who may see a workspace: they publish the changes. */
export interface SpaceServices extends PrismaService {
  bus: EventBus;
}
