import type { PrismaService } from '../engines/database/prisma-service.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** What the commands need that change who may see a workspace. */
export interface SpaceServices extends PrismaService {
  bus: EventBus;
}
