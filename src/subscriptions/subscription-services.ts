import type { Logger } from 'pino';
import type { EventBus } from '../engines/events/event-bus.js';
import type { FileServices } from '../files/file-services.js';
import type { Streams } from './streams.js';

/** What the streams of changes need. */
export interface SubscriptionServices extends FileServices {
  bus: EventBus;
  streams: Streams;
  log: Logger;
}
