import type { PrismaService } from '../engines/database/prisma-service.js';
import type { EventBus } from '../engines/events/event-bus.js';

/** What the commands on schedules use. */
export interface ScheduleServices extends PrismaService {
  bus: EventBus;
}
