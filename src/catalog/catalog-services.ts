import type { PrismaService } from '../engines/database/prisma-service.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** What the commands need that can change workspaces: they publish the changes. */
export interface CatalogServices extends PrismaService {
  bus: EventBus;
}
