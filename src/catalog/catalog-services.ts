import type { PrismaService } from '../engines/database/prisma-service.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** What the commands need that change what workspaces refer to. */
export interface CatalogServices extends PrismaService {
  bus: EventBus;
}
